import {
  ChangeExpiredPasswordDocument,
  ChangePasswordDocument,
  DeleteAccountDocument,
  LogInDocument,
  LogOutDocument,
  MeDocument,
  RefreshTokenDocument,
  RequestPasswordResetDocument,
  ResetPasswordDocument,
  SignUpDocument,
  UpdateProfileDocument,
  ValidateTokenDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { names } from '../support/accounts.ts';
import type { Answer, Stack, StackOptions } from '../support/start.ts';
import { bearer, type Flow, logIn } from './flows.ts';
import { codeFor, factorOf, mfaCalls, phoneNumber } from './mfa.ts';

export type Ask = () => Promise<Pick<Answer<object>, 'data' | 'errors'>>;

/** One operation, and the one call to Okta within it that breaks. */
export interface Operation {
  /** Default: password. */
  readonly flow?: Flow;
  readonly accounts?: StackOptions['accounts'];
  /** Of the call that breaks: method and path. */
  readonly at: readonly [method: string, path: RegExp];
  /** All calls up to that one. */
  readonly upTo: string;
  /** All calls where nothing breaks. */
  readonly calls: string;
  readonly succeeds: string;
  /** It only reads, so where a connection breaks it is sent once more. */
  readonly sentAgain?: boolean;
  /** What is called after a failure. */
  readonly takenBack?: string;
  /** Whatever becomes of that call. */
  readonly always?: string;
  /** Where it ends otherwise than by the rule: by mode, or by what the mode means. */
  readonly but?: Readonly<Record<string, string>>;
  /** Whether the same request may be sent again after a lost answer. Default: true. */
  readonly repeatable?: boolean;
  /** False where the calls before the one that breaks use up what it takes. Default: true. */
  readonly keepsState?: boolean;
  readonly prepare: (stack: Stack) => Promise<Ask>;
}

const password = 'Correct-Horse-7';
const newPassword = 'Better-Battery-9';
const email = 'demo@example.com';
const expired = { email: 'expired@example.com', password };

export const seed = {
  users: [
    { ...expired, status: 'PASSWORD_EXPIRED' },
    { email: 'sms@example.com', password, factors: [{ type: 'sms', phoneNumber }] },
  ],
} as const;

const token = /\/default\/v1\/token$/;
const open = { enumeration: 'open', signUp: 'ACTIVE', answerFloorMs: 0 } as const;

const askToLogIn = async (stack: Stack) => () =>
  stack.gql(LogInDocument, { input: { email, password } });

const askToSignUp = async (stack: Stack) => {
  const input = { email: 'ada@example.com', password: 'Analytical-Engine-1', ...names };
  // The password policy is in the process by then.
  await stack.gql(SignUpDocument, { input: { ...input, email: 'before@example.com' } });
  return () => stack.gql(SignUpDocument, { input });
};

const askToVerifyMfa = async (stack: Stack) => {
  const calls = mfaCalls(() => stack);
  const started = await calls.start('sms@example.com');
  const factor = factorOf(started, 'SMS');
  const { transaction } = await calls.sent(started.transaction, factor);
  const code = codeFor(stack, phoneNumber);
  return async () => ({ data: { verifyMfa: await calls.verify(transaction, factor, code) } });
};

const askToReset = async (stack: Stack) => {
  await stack.gql(RequestPasswordResetDocument, { input: { email } });
  const resetToken = stack.okta.outbox.to(email).at(-1)?.token ?? '';
  return () => stack.gql(ResetPasswordDocument, { input: { resetToken, newPassword } });
};

const lookedFor = 'UPSTREAM_UNAVAILABLE: POST users, GET users/:id';
/** The account is there, and the password shows that it is the caller's own. */
const foundAgain = 'SignUpSuccess: POST users, GET users/:id, POST token';

const resets =
  'POST authn/recovery/token, POST authn/credentials/reset_password, DELETE users/:id/sessions';
/** With a new password there is no way back, so the end of the sessions is asked for once more. */
const resetTwice = `${resets}, DELETE users/:id/sessions`;
/** The first deactivates and the second deletes; one that got no answer is sent once more. */
const deletesTwice = 'GET users, POST authn, DELETE users/:id, DELETE users/:id';

/** By what a customer does, and the call that breaks. */
export const operations: Readonly<Record<string, Operation>> = {
  'logIn, password': {
    at: ['POST', token],
    upTo: 'POST token',
    calls: 'POST token',
    succeeds: 'LogInSuccess',
    prepare: askToLogIn,
  },
  'logIn, authn': {
    flow: 'authn',
    at: ['POST', /\/authn$/],
    upTo: 'POST authn',
    calls: 'POST authn, GET authorize, POST token',
    succeeds: 'LogInSuccess',
    prepare: askToLogIn,
  },
  'logIn, authorize': {
    flow: 'authn',
    at: ['GET', /\/authorize$/],
    upTo: 'POST authn, GET authorize',
    calls: 'POST authn, GET authorize, POST token',
    succeeds: 'LogInSuccess',
    // A redirect has no body to miss.
    but: { 'ends in the middle': 'LogInSuccess: POST authn, GET authorize, POST token' },
    prepare: askToLogIn,
  },
  'logIn, code': {
    flow: 'authn',
    at: ['POST', token],
    upTo: 'POST authn, GET authorize, POST token',
    calls: 'POST authn, GET authorize, POST token',
    succeeds: 'LogInSuccess',
    prepare: askToLogIn,
  },
  'verifyMfa, password': {
    at: ['POST', token],
    upTo: 'POST token',
    calls: 'POST token',
    succeeds: 'LogInSuccess',
    repeatable: false,
    prepare: askToVerifyMfa,
  },
  'verifyMfa, authn': {
    flow: 'authn',
    at: ['POST', /\/verify$/],
    upTo: 'POST authn/factors/:id/verify',
    calls: 'POST authn/factors/:id/verify, GET authorize, POST token',
    succeeds: 'LogInSuccess',
    repeatable: false,
    prepare: askToVerifyMfa,
  },
  changeExpiredPassword: {
    flow: 'authn',
    at: ['POST', /\/change_password$/],
    upTo: 'POST authn/credentials/change_password',
    calls:
      'POST authn/credentials/change_password, DELETE users/:id/sessions, POST authn, GET authorize, POST token',
    succeeds: 'ChangeExpiredPasswordSuccess',
    repeatable: false,
    prepare: async (stack) => {
      const { data } = await stack.gql(LogInDocument, { input: expired });
      if (data?.logIn.__typename !== 'PasswordExpired') throw new Error(data?.logIn.__typename);
      const { transaction } = data.logIn;
      const input = { transaction, currentPassword: password, newPassword };
      return () => stack.gql(ChangeExpiredPasswordDocument, { input });
    },
  },
  'signUp, strict': {
    at: ['POST', /\/users$/],
    upTo: 'POST users',
    calls: 'POST users',
    succeeds: 'SignUpSuccess',
    prepare: askToSignUp,
  },
  'signUp, open': {
    accounts: open,
    at: ['POST', /\/users$/],
    upTo: 'POST users',
    calls: 'POST users, POST token',
    succeeds: 'SignUpSuccess',
    but: {
      NONE: lookedFor,
      'NO CONNECTION': lookedFor,
      'ODD BODY': lookedFor,
      'never comes': foundAgain,
      'is a reset after the act': foundAgain,
      'is lost once': foundAgain,
      'ends in the middle': foundAgain,
    },
    prepare: askToSignUp,
  },
  'signUp, first log-in': {
    accounts: open,
    at: ['POST', token],
    upTo: 'POST users, POST token',
    calls: 'POST users, POST token',
    succeeds: 'SignUpSuccess',
    keepsState: false,
    always: 'SignUpSuccess: POST users, POST token',
    prepare: askToSignUp,
  },
  refreshToken: {
    at: ['POST', token],
    upTo: 'POST token',
    calls: 'POST token',
    succeeds: 'RefreshTokenSuccess',
    prepare: async (stack) => {
      const { refreshToken } = await logIn(stack);
      return () => stack.gql(RefreshTokenDocument, { input: { refreshToken } });
    },
  },
  'validateToken, INTROSPECT': {
    at: ['POST', /\/introspect$/],
    upTo: 'POST introspect',
    calls: 'POST introspect, GET users',
    succeeds: 'TokenValidation',
    sentAgain: true,
    prepare: async (stack) => {
      const { accessToken } = await logIn(stack);
      const input = { token: accessToken, freshness: 'INTROSPECT' } as const;
      return () => stack.gql(ValidateTokenDocument, { input }, { authorization: stack.basic });
    },
  },
  'me, profile': {
    at: ['GET', /\/users$/],
    upTo: 'GET users',
    calls: 'GET users',
    succeeds: 'Me',
    sentAgain: true,
    prepare: async (stack) => {
      const { accessToken } = await logIn(stack);
      return () => stack.gql(MeDocument, {}, bearer(accessToken));
    },
  },
  'requestPasswordReset, look-up': {
    at: ['GET', /\/users\/.+/],
    upTo: 'GET users/:id',
    calls: 'GET users/:id, POST authn/recovery/password',
    succeeds: 'RequestPasswordResetSuccess',
    sentAgain: true,
    prepare: async (stack) => () => stack.gql(RequestPasswordResetDocument, { input: { email } }),
  },
  'requestPasswordReset, mail': {
    at: ['POST', /\/recovery\/password$/],
    upTo: 'GET users/:id, POST authn/recovery/password',
    calls: 'GET users/:id, POST authn/recovery/password',
    succeeds: 'RequestPasswordResetSuccess',
    always: 'RequestPasswordResetSuccess: GET users/:id, POST authn/recovery/password',
    prepare: async (stack) => () => stack.gql(RequestPasswordResetDocument, { input: { email } }),
  },
  'resetPassword, token': {
    at: ['POST', /\/recovery\/token$/],
    upTo: 'POST authn/recovery/token',
    calls:
      'POST authn/recovery/token, POST authn/credentials/reset_password, DELETE users/:id/sessions',
    succeeds: 'ResetPasswordSuccess',
    repeatable: false,
    prepare: askToReset,
  },
  'resetPassword, password': {
    at: ['POST', /\/reset_password$/],
    upTo: 'POST authn/recovery/token, POST authn/credentials/reset_password',
    calls:
      'POST authn/recovery/token, POST authn/credentials/reset_password, DELETE users/:id/sessions',
    succeeds: 'ResetPasswordSuccess',
    repeatable: false,
    keepsState: false,
    prepare: askToReset,
  },
  'resetPassword, sessions': {
    at: ['DELETE', /\/sessions$/],
    upTo: 'POST authn/recovery/token, POST authn/credentials/reset_password, DELETE users/:id/sessions',
    calls:
      'POST authn/recovery/token, POST authn/credentials/reset_password, DELETE users/:id/sessions',
    succeeds: 'ResetPasswordSuccess',
    but: {
      NONE: `UPSTREAM_UNAVAILABLE: ${resetTwice}`,
      'NO CONNECTION': `UPSTREAM_UNAVAILABLE: ${resetTwice}`,
      'ODD BODY': `UPSTREAM_UNAVAILABLE: ${resetTwice}`,
      LOST: `ResetPasswordSuccess: ${resetTwice}`,
    },
    repeatable: false,
    keepsState: false,
    prepare: askToReset,
  },
  changePassword: {
    at: ['POST', /\/change_password$/],
    upTo: 'GET users, POST authn, POST users/:id/credentials/change_password',
    calls:
      'GET users, POST authn, POST users/:id/credentials/change_password, DELETE users/:id/sessions, POST token',
    succeeds: 'ChangePasswordSuccess',
    repeatable: false,
    keepsState: false,
    prepare: async (stack) => {
      const { accessToken } = await logIn(stack);
      const input = { currentPassword: password, newPassword };
      return () => stack.gql(ChangePasswordDocument, { input }, bearer(accessToken));
    },
  },
  updateProfile: {
    at: ['POST', /\/users\/.+/],
    upTo: 'GET users, POST users/:id',
    calls: 'GET users, POST users/:id',
    succeeds: 'UpdateProfileSuccess',
    prepare: async (stack) => {
      const { accessToken } = await logIn(stack);
      const input = { firstName: 'Ada' };
      return () => stack.gql(UpdateProfileDocument, { input }, bearer(accessToken));
    },
  },
  logOut: {
    at: ['POST', /\/revoke$/],
    upTo: 'POST revoke',
    calls: 'POST revoke',
    succeeds: 'LogOutSuccess',
    // RFC 7009 section 2.2: what is in the body does not matter, and here there is none.
    but: {
      'ODD BODY': 'LogOutSuccess: POST revoke',
      'is a page': 'UPSTREAM_UNAVAILABLE: POST revoke',
      'ends in the middle': 'LogOutSuccess: POST revoke',
    },
    keepsState: false,
    prepare: async (stack) => {
      const { accessToken } = await logIn(stack);
      return () => stack.gql(LogOutDocument, { input: { accessToken } });
    },
  },
  deleteAccount: {
    at: ['DELETE', /\/users\/[^/]+$/],
    upTo: 'GET users, POST authn, DELETE users/:id',
    calls: 'GET users, POST authn, DELETE users/:id, DELETE users/:id',
    succeeds: 'DeleteAccountSuccess',
    but: {
      NONE: `UPSTREAM_UNAVAILABLE: ${deletesTwice}`,
      'NO CONNECTION': `UPSTREAM_UNAVAILABLE: ${deletesTwice}`,
      'ODD BODY': `UPSTREAM_UNAVAILABLE: ${deletesTwice}`,
      LOST: `DeleteAccountSuccess: ${deletesTwice}, DELETE users/:id`,
    },
    repeatable: false,
    keepsState: false,
    prepare: async (stack) => {
      const { accessToken } = await logIn(stack);
      return () => stack.gql(DeleteAccountDocument, { input: { password } }, bearer(accessToken));
    },
  },
};
