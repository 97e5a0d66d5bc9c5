import {
  AccountDisabled,
  AccountLocked,
  EmailNotVerified,
  InvalidCredentials,
  LogInDenied,
  ValidationFailed,
} from '../identity/errors.ts';
import { admit, settleLogIn } from './admit.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { checkInput, isEmail, isPassword, trimmed } from './input-rules.ts';
import { type LogInAnswer, logInMembers, memberOf, toLogInAnswer } from './log-in-steps.ts';
import { sayingWhyNot } from './refused-log-in.ts';

const LogInInput = builder.inputType('LogInInput', {
  description: 'What `logIn` needs: the e-mail address and the password.',
  fields: (t) => ({
    email: t.string({
      required: true,
      description:
        'The e-mail address of the account. White space around it is dropped; case does not matter.',
    }),
    password: t.string({
      required: true,
      description:
        'The password of the account, taken as it is, white space included. At most 256 bytes.',
    }),
  }),
});

builder.mutationField('logIn', (t) =>
  t.errorUnionField({
    description:
      'Logs a customer in by e-mail and password, with no redirect. Every call is an attempt that counts towards the lockout of the account.',
    args: {
      input: t.arg({
        type: LogInInput,
        required: true,
        description: 'The e-mail address and the password.',
      }),
    },
    types: [
      ...logInMembers,
      InvalidCredentials,
      AccountLocked,
      AccountDisabled,
      EmailNotVerified,
      LogInDenied,
      ValidationFailed,
    ],
    union: {
      name: 'LogInResult',
      description:
        'The tokens of the new session, the next step of the log-in, or why the customer is not logged in.',
      resolveType: memberOf,
    },
    resolve: (_root, { input }, context) => logIn(input, context),
  }),
);

async function logIn(input: typeof LogInInput.$inferInput, context: Context): Promise<LogInAnswer> {
  checkInput(input, { email: isEmail, password: isPassword });
  const credentials = { email: trimmed(input.email), password: input.password };
  const permit = await admit({ kind: 'PASSWORD', account: credentials.email }, context);
  const { identity, call } = context;
  const outcome = await sayingWhyNot(credentials.email, context, () =>
    identity.logIn(credentials, call),
  );
  const answer = await toLogInAnswer(outcome, context);
  await settleLogIn(permit, answer, credentials.email);
  return answer;
}
