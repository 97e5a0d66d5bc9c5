import { consumeLimits } from '../../callers/consume-limits.ts';
import {
  AccountError,
  EmailTaken,
  PasswordRejected,
  ValidationFailed,
} from '../../identity/errors.ts';
import type { CallContext, Tokens, UnverifiedUser, User } from '../../identity/model.ts';
import { brokenRules, requirementsOf } from '../../identity/password-policy.ts';
import {
  attributeProblems,
  attributesField,
  attributesIn,
  missingProblems,
} from '../account/profile-attributes.ts';
import { builder } from '../base/builder.ts';
import type { Context } from '../base/context.ts';
import { withMinDuration } from '../guards/min-duration.ts';
import {
  absent,
  asAddress,
  asLocale,
  asName,
  asPassword,
  asPhone,
  loginRule,
  orNull,
  phoneRule,
  readInput,
} from '../guards/validation.ts';
import { TokensType } from '../types/token-set.ts';
import { UserType } from '../types/user.ts';
import { retriedSignUp } from './retried-sign-up.ts';

interface SignedUp {
  readonly user: User | null;
  readonly tokens: Tokens | null;
}

const SignUpSuccess = builder.objectRef<SignedUp>('SignUpSuccess').implement({
  description:
    'The address has an account now: log in, or read the mail. Under `ENUMERATION=strict` the answer has neither user nor session, and has the same shape and timing if the address had an account before. The owner of such an account gets the mail that lets them in: to reset the password, to verify the address or to unlock the account. For a disabled account, and for one that an administrator has staged with a password, no mail is sent.',
  fields: (t) => ({
    user: t.expose('user', {
      type: UserType,
      nullable: true,
      description:
        'The new account. Null under `ENUMERATION=strict`, and for an account that was already waiting for its verification: the mail was sent again.',
    }),
    tokens: t.expose('tokens', {
      type: TokensType,
      nullable: true,
      description:
        'A first session; null under `ENUMERATION=strict` and under `SIGN_UP=VERIFY_EMAIL`, and if the first log-in was not possible: call `logIn`.',
    }),
    verificationRequired: t.boolean({
      description:
        'True under `SIGN_UP=VERIFY_EMAIL`: continue with `verifyEmail` and the token in the mail.',
      resolve: (_signedUp, _args, { accounts }) => accounts.signUp === 'VERIFY_EMAIL',
    }),
  }),
});

const SignUpInput = builder.inputType('SignUpInput', {
  description: 'What `signUp` needs: the address, the password, and the profile.',
  fields: (t) => ({
    email: t.string({
      required: true,
      description: `The e-mail address, which becomes the login of the account. 5 to 100 characters. ${loginRule}`,
    }),
    password: t.string({
      description:
        'The first password, required under `SIGN_UP=ACTIVE`: used unchanged, at most 256 bytes, and checked by the policy of the org. Under `SIGN_UP=VERIFY_EMAIL` it has to be left out (`NOT_ALLOWED`): `verifyEmail` takes it once the address is verified.',
    }),
    firstName: t.string({
      description:
        'Given name, at most 50 characters. Required unless the org has made it optional: `accountConfig` says which.',
    }),
    lastName: t.string({
      description:
        'Family name, at most 50 characters. Required unless the org has made it optional.',
    }),
    mobilePhone: t.string({
      description: `Phone number: digits, with an optional \`+\` in front. ${phoneRule}`,
    }),
    locale: t.string({ description: 'Language and region, such as `en_US`.' }),
    ...attributesField((type) =>
      t.field({ type, description: 'Attributes that the org asks for or allows.' }),
    ),
  }),
});

builder.mutationField('signUp', (t) =>
  t.errorUnionField({
    description:
      'Opens an account. Under `SIGN_UP=ACTIVE` it has its password and can log in at once; under `SIGN_UP=VERIFY_EMAIL` its owner gets a mail with a token for `verifyEmail`, which brings the password. A caller who got no answer may send it again with the same password, for ten minutes.',
    args: {
      input: t.arg({ type: SignUpInput, required: true, description: 'The account to open.' }),
    },
    types: [SignUpSuccess, EmailTaken, PasswordRejected, ValidationFailed],
    union: {
      name: 'SignUpResult',
      description: 'That the sign-up was accepted, or why it was not.',
      resolveType: () => SignUpSuccess.name,
    },
    resolve: async (_root, { input }, context) => {
      const { enumeration, answerFloorMs } = context.accounts;
      const signUp = checkedSignUp(input, context.accounts);
      await consumeLimits({ kind: 'SIGN_UP', account: signUp.user.email }, context);
      if (enumeration === 'open') return signUpOpen(signUp, context);
      return withMinDuration(answerFloorMs, () => signUpStrict(signUp, context));
    },
  }),
);

/** The checked input. */
interface SignUp {
  readonly user: UnverifiedUser;
  /** Null where `verifyEmail` brings it. */
  readonly password: string | null;
}

function checkedSignUp(
  input: typeof SignUpInput.$inferInput,
  { signUp, optionalFields }: Context['accounts'],
): SignUp {
  const isComplete = signUp === 'ACTIVE';
  const attributes = attributesIn(input);
  const { email, password, ...profile } = readInput(
    { ...input, password: input.password ?? (isComplete ? '' : null) },
    {
      email: asAddress,
      password: isComplete ? asPassword : absent,
      firstName: asName,
      lastName: asName,
      mobilePhone: asPhone,
      locale: asLocale,
    },
    [...missingProblems(input, attributes, optionalFields), ...attributeProblems(attributes)],
  );
  const user = {
    email,
    firstName: orNull(profile.firstName),
    lastName: orNull(profile.lastName),
    mobilePhone: orNull(profile.mobilePhone),
    locale: orNull(profile.locale),
    attributes,
  };
  return { user, password };
}

function openAccount({ user, password }: SignUp, { identity, call }: Context): Promise<User> {
  return password === null
    ? identity.createUnverifiedUser(user, call)
    : identity.createUser({ ...user, password }, call);
}

async function signUpOpen(signUp: SignUp, context: Context): Promise<SignedUp> {
  const { identity, call } = context;
  const { email } = signUp.user;
  if (signUp.password === null) return signUpUnverified(signUp, context);
  const credentials = { email, password: signUp.password };
  let user: User;
  try {
    user = await openAccount(signUp, context);
  } catch (error) {
    return retriedSignUp(credentials, context, error);
  }
  try {
    const outcome = await identity.logIn(credentials, call);
    return { user, tokens: outcome.kind === 'tokens' ? outcome.tokens : null };
  } catch (error) {
    // The account exists: after an error the caller would sign up again and get EmailTaken.
    if (error instanceof AccountError) return { user, tokens: null };
    throw error;
  }
}

/** @throws PasswordRejected */
async function checkPasswordPolicy(
  { user, password }: SignUp,
  { identity, call }: Context,
): Promise<void> {
  if (password === null) return;
  const { email: login, firstName, lastName } = user;
  const policy = await identity.passwordPolicy(call);
  const broken = brokenRules(policy, { password, login, firstName, lastName });
  if (broken.length > 0) throw new PasswordRejected(broken, requirementsOf(policy));
}

/** A customer who signs up again because the mail did not arrive gets another one. */
async function signUpUnverified(signUp: SignUp, context: Context): Promise<SignedUp> {
  try {
    return { user: await openAccount(signUp, context), tokens: null };
  } catch (error) {
    if (!(error instanceof EmailTaken)) throw error;
    const { identity, background, call } = context;
    const work = await identity.verificationMail(signUp.user.email, call);
    if (work === null) throw error;
    background.start({ task: 'VERIFICATION_MAIL', work }, context);
    return { user: null, tokens: null };
  }
}

/**
 * For a taken address Okta may report only that, so the password is checked against the policy first: a
 * weak one is rejected for every address alike. The rules that only Okta can check, above all its list
 * of common passwords, still show for new addresses only.
 */
async function signUpStrict(signUp: SignUp, context: Context): Promise<SignedUp> {
  await checkPasswordPolicy(signUp, context);
  try {
    await openAccount(signUp, context);
  } catch (error) {
    if (!(error instanceof EmailTaken)) throw error;
    mailOwner(signUp.user.email, context);
  }
  return { user: null, tokens: null };
}

/**
 * Only the owner of a taken address learns from the mail that there is an account. It is the mail that
 * lets them log in: Okta has no other to send. It is sent after the answer, since only a taken address
 * gets here.
 */
function mailOwner(email: string, context: Context): void {
  const { identity, background } = context;
  const work = async (call: CallContext) => {
    const send = await identity.passwordResetMail(email, call);
    await send(call);
  };
  background.start({ task: 'OWNER_MAIL', work }, context);
}
