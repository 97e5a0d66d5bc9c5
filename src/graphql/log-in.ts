import {
  AccountLocked,
  InvalidCredentials,
  LogInDenied,
  ValidationFailed,
} from '../identity/errors.ts';
import type { Tokens } from '../identity/model.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { checkInput, isEmail, isPassword, trimmed } from './input-rules.ts';
import { TokensType } from './tokens.ts';

interface PendingStep {
  readonly transaction: string;
  readonly expiresAt: Date;
}

const PendingStepInterface = builder.interfaceRef<PendingStep>('PendingStep').implement({
  description: 'The log-in goes on with another mutation. Not an error.',
  fields: (t) => ({
    transaction: t.exposeID('transaction', {
      description:
        'Sealed handle for the next mutation. It works once and for that step alone; it is as secret as a token.',
    }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'End of the handle.' }),
  }),
});

const PasswordExpired = builder.objectRef<PendingStep>('PasswordExpired').implement({
  interfaces: [PendingStepInterface],
  description: 'The password is right and too old. Go on with `changeExpiredPassword`.',
});

const LogInSuccess = builder.objectRef<{ readonly tokens: Tokens }>('LogInSuccess').implement({
  description: 'The customer is logged in.',
  fields: (t) => ({
    tokens: t.expose('tokens', { type: TokensType, description: 'The new session.' }),
  }),
});

const LogInInput = builder.inputType('LogInInput', {
  description: 'E-mail address and password.',
  fields: (t) => ({
    email: t.string({
      required: true,
      description: 'White space around it is dropped; case does not matter.',
    }),
    password: t.string({ required: true, description: 'Taken as it is. At most 256 bytes.' }),
  }),
});

builder.mutationField('logIn', (t) =>
  t.errorUnionField({
    description:
      'Logs a customer in by e-mail and password, with no redirect. Every call is an attempt that counts towards the lockout of the account.',
    args: { input: t.arg({ type: LogInInput, required: true, description: 'Who and how.' }) },
    types: [
      LogInSuccess,
      PasswordExpired,
      InvalidCredentials,
      AccountLocked,
      LogInDenied,
      ValidationFailed,
    ],
    union: {
      name: 'LogInResult',
      description: 'Tokens, a step to go on with, or why not.',
      resolveType: (value) => ('transaction' in value ? 'PasswordExpired' : 'LogInSuccess'),
    },
    resolve: (_root, { input }, context) => logIn(input, context),
  }),
);

async function logIn(
  { email, password }: typeof LogInInput.$inferInput,
  { identity, transactions, call }: Context,
): Promise<{ readonly tokens: Tokens } | PendingStep> {
  checkInput({ email, password }, { email: isEmail, password: isPassword });
  const outcome = await identity.logIn({ email: trimmed(email), password }, call);
  if (outcome.kind === 'tokens') return { tokens: outcome.tokens };

  const { continuation, expiresAt } = outcome;
  const transaction = await transactions.seal({
    purpose: 'CHANGE_EXPIRED_PASSWORD',
    state: continuation,
    expiresAt,
  });
  return { transaction, expiresAt };
}
