import { consumeLimits } from '../../callers/consume-limits.ts';
import {
  AccountDisabled,
  AccountError,
  AccountLocked,
  EmailNotVerified,
  InvalidCredentials,
  LogInDenied,
  ProviderMisconfigured,
  ValidationFailed,
} from '../../identity/errors.ts';
import type { UserStatus } from '../../identity/model.ts';
import { builder } from '../base/builder.ts';
import type { Context } from '../base/context.ts';
import { asLogin, asPassword, loginRule, readInput } from '../guards/validation.ts';
import {
  type LogInAnswer,
  logInMembers,
  memberOf,
  settleLogIn,
  toLogInAnswer,
} from '../types/log-in-result.ts';

/**
 * Runs a log-in, and makes its refusal as precise as ENUMERATION allows. Under `strict` a locked account
 * is refused like a wrong password. Under `open` the status of the account is looked up, since Okta
 * refuses for every status alike.
 */
async function explainRefusal<Outcome>(
  email: string,
  context: Context,
  logIn: () => Promise<Outcome>,
): Promise<Outcome> {
  try {
    return await logIn();
  } catch (error) {
    if (context.accounts.enumeration === 'strict') {
      throw error instanceof AccountLocked ? new InvalidCredentials() : error;
    }
    if (!(error instanceof InvalidCredentials)) throw error;
    throw (await refusalByStatus(email, context)) ?? error;
  }
}

/** Null where the password was wrong, or where there is no such account. */
async function refusalByStatus(
  email: string,
  { identity, call }: Context,
): Promise<AccountError | null> {
  try {
    return refusals[(await identity.accountStatus(email, call)) ?? 'ACTIVE']?.() ?? null;
  } catch (error) {
    // The log-in was refused in any case.
    if (error instanceof AccountError || error instanceof ProviderMisconfigured) return null;
    throw error;
  }
}

const refusals: Readonly<Partial<Record<UserStatus, () => AccountError>>> = {
  STAGED: () => new EmailNotVerified(),
  PROVISIONED: () => new EmailNotVerified(),
  LOCKED_OUT: () => new AccountLocked(),
  SUSPENDED: () => new AccountDisabled(),
  DEPROVISIONED: () => new AccountDisabled(),
};

const LogInInput = builder.inputType('LogInInput', {
  description: 'What `logIn` needs: the e-mail address and the password.',
  fields: (t) => ({
    email: t.string({
      required: true,
      description: `The login of the account: its e-mail address, or any other name that the org accepts at log-in, such as \`nora.quill\`. 1 to 100 characters; case does not matter. ${loginRule}`,
    }),
    password: t.string({
      required: true,
      description:
        'The password of the account, used unchanged, white space included. At most 256 bytes.',
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
  const credentials = readInput(input, { email: asLogin, password: asPassword });
  const permit = await consumeLimits({ kind: 'PASSWORD', account: credentials.email }, context);
  const { identity, call } = context;
  const outcome = await explainRefusal(credentials.email, context, () =>
    identity.logIn(credentials, call),
  );
  const answer = await toLogInAnswer(outcome, context);
  await settleLogIn(permit, answer, credentials.email);
  return answer;
}
