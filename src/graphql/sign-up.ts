import {
  AccountError,
  EmailTaken,
  PasswordRejected,
  ValidationFailed,
} from '../identity/errors.ts';
import type { NewUser, Tokens, User } from '../identity/model.ts';
import { answerNoSoonerThan } from './answer-floor.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import {
  checkInput,
  isEmail,
  isLocale,
  isName,
  isPassword,
  isPhone,
  trimmed,
  trimmedOrNull,
} from './input-rules.ts';
import { TokensType } from './tokens.ts';
import { UserType } from './users.ts';

interface SignedUp {
  readonly user: User | null;
  readonly tokens: Tokens | null;
}

const SignUpSuccess = builder.objectRef<SignedUp>('SignUpSuccess').implement({
  description:
    'The address has an account now: log in. Under `ENUMERATION=strict` both fields are null, and the answer is the same if it had one before; its owner then gets a password reset mail.',
  fields: (t) => ({
    user: t.expose('user', {
      type: UserType,
      nullable: true,
      description: 'The new account; null under `ENUMERATION=strict`.',
    }),
    tokens: t.expose('tokens', {
      type: TokensType,
      nullable: true,
      description:
        'A first session; null under `ENUMERATION=strict`, and where the first log-in was not possible: call `logIn`.',
    }),
  }),
});

const SignUpInput = builder.inputType('SignUpInput', {
  description: 'A new account.',
  fields: (t) => ({
    email: t.string({
      required: true,
      description: 'The name to log in with. 5 to 100 characters; white space around is dropped.',
    }),
    password: t.string({
      required: true,
      description: 'Taken as it is. At most 256 bytes; the rest is up to the policy of the org.',
    }),
    firstName: t.string({ description: 'At most 50 characters.' }),
    lastName: t.string({ description: 'At most 50 characters.' }),
    mobilePhone: t.string({ description: 'Digits, with an optional `+` in front.' }),
    locale: t.string({ description: 'Language and region, such as `en_US`.' }),
  }),
});

builder.mutationField('signUp', (t) =>
  t.field({
    type: SignUpSuccess,
    description: 'Opens an account that can log in at once.',
    args: { input: t.arg({ type: SignUpInput, required: true, description: 'Who.' }) },
    errors: {
      types: [EmailTaken, PasswordRejected, ValidationFailed],
      union: { name: 'SignUpResult', description: 'Done, or why not.' },
    },
    resolve: (_root, { input }, context) => {
      const newUser = checkedNewUser(input);
      const { enumeration, answerFloorMs } = context.accounts;
      if (enumeration === 'open') return signUpOpenly(newUser, context);
      return answerNoSoonerThan(answerFloorMs, () => signUpDiscreetly(newUser, context));
    },
  }),
);

function checkedNewUser(input: typeof SignUpInput.$inferInput): NewUser {
  checkInput(input, {
    email: isEmail,
    password: isPassword,
    firstName: isName,
    lastName: isName,
    mobilePhone: isPhone,
    locale: isLocale,
  });
  return {
    email: trimmed(input.email),
    password: input.password,
    firstName: trimmedOrNull(input.firstName),
    lastName: trimmedOrNull(input.lastName),
    mobilePhone: trimmedOrNull(input.mobilePhone),
    locale: trimmedOrNull(input.locale),
  };
}

async function signUpOpenly(newUser: NewUser, { identity, call }: Context): Promise<SignedUp> {
  const user = await identity.createUser(newUser, call);
  try {
    const outcome = await identity.logIn(newUser, call);
    return { user, tokens: outcome.kind === 'tokens' ? outcome.tokens : null };
  } catch (error) {
    // The account is there: an error would make the caller sign up again and get EmailTaken.
    if (error instanceof AccountError) return { user, tokens: null };
    throw error;
  }
}

/**
 * Discreet as far as Okta names every fault of the input together with a taken address: if it names
 * the address alone, a bad password is PasswordRejected for new addresses only.
 */
async function signUpDiscreetly(newUser: NewUser, context: Context): Promise<SignedUp> {
  try {
    await context.identity.createUser(newUser, context.call);
  } catch (error) {
    if (!(error instanceof EmailTaken)) throw error;
    await mailOwner(newUser.email, context);
  }
  return { user: null, tokens: null };
}

/** The reset mail tells the owner of a taken address that there is an account, and nobody else. */
async function mailOwner(email: string, { identity, call }: Context): Promise<void> {
  try {
    await identity.requestPasswordReset(email, call);
  } catch (error) {
    // Only a taken address gets here, so a failure must not show.
    if (!(error instanceof AccountError)) throw error;
  }
}
