import {
  ActivateFactorDocument,
  ConfirmEmailChangeDocument,
  EnrollFactorDocument,
  LogOutDocument,
  MeDocument,
  RemoveFactorDocument,
  RequestEmailChangeDocument,
  RequestUnlockDocument,
  ResendVerificationEmailDocument,
  RevokeSessionDocument,
  SendMfaChallengeDocument,
  UnlockAccountDocument,
  UserDocument,
  VerifyEmailDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { totpCode } from '../../src/embedded/factors/totp.ts';
import { type RawRequest, send } from '../server/tiny.ts';
import type { Stack } from '../support/start.ts';
import type { Ask, Operation } from './fault-operations.ts';
import { bearer, logIn } from './flows.ts';
import { factorOf, mfaCalls } from './mfa.ts';

const password = 'Correct-Horse-7';
const waiting = 'waiting@example.com';
const locked = 'locked@example.com';
const newEmail = 'new@example.com';
const idOfBob = '00ubob00000000000000';

export const accountUsers = [
  { email: waiting, password: null, status: 'PROVISIONED' },
  { email: locked, password, status: 'LOCKED_OUT' },
  { id: idOfBob, email: 'bob@example.com', password },
] as const;

const mailed = ({ okta }: Stack, to: string) => okta.outbox.to(to).at(-1);

const askToVerifyEmail = async (stack: Stack) => {
  await stack.gql(ResendVerificationEmailDocument, { input: { email: waiting } });
  const token = mailed(stack, waiting)?.token ?? '';
  return () => stack.gql(VerifyEmailDocument, { input: { token, password } });
};

const askToUnlock = async (stack: Stack) => {
  await stack.gql(RequestUnlockDocument, { input: { email: locked } });
  const token = mailed(stack, locked)?.token ?? '';
  return () => stack.gql(UnlockAccountDocument, { input: { token } });
};

const askToSendChallenge = async (stack: Stack) => {
  const started = await mfaCalls(() => stack).start('sms@example.com');
  const input = { transaction: started.transaction, factorId: factorOf(started, 'SMS') };
  return () => stack.gql(SendMfaChallengeDocument, { input });
};

const askToEnroll = async (stack: Stack) => {
  const { accessToken } = await logIn(stack);
  const input = { type: 'TOTP', password } as const;
  return () => stack.gql(EnrollFactorDocument, { input }, bearer(accessToken));
};

const askToActivate = async (stack: Stack) => {
  const { accessToken } = await logIn(stack);
  const { data } = await (await askToEnroll(stack))();
  if (data?.enrollFactor.__typename !== 'EnrollFactorSuccess') throw new Error('Not enrolled.');
  const { factor, totp } = data.enrollFactor;
  const code = totpCode(totp?.secret ?? '', stack.clock.now());
  const input = { factorId: factor.id, code };
  return () => stack.gql(ActivateFactorDocument, { input }, bearer(accessToken));
};

const askToRemove = async (stack: Stack) => {
  const { accessToken } = await logIn(stack);
  const { data } = await (await askToEnroll(stack))();
  if (data?.enrollFactor.__typename !== 'EnrollFactorSuccess') throw new Error('Not enrolled.');
  const input = { factorId: data.enrollFactor.factor.id, password };
  return () => stack.gql(RemoveFactorDocument, { input }, bearer(accessToken));
};

const askToChangeEmail = async (stack: Stack) => {
  const { accessToken } = await logIn(stack);
  const input = { newEmail, password };
  return () => stack.gql(RequestEmailChangeDocument, { input }, bearer(accessToken));
};

const askToConfirmEmail = async (stack: Stack) => {
  const { accessToken } = await logIn(stack);
  const input = { newEmail, password };
  const { data } = await stack.gql(RequestEmailChangeDocument, { input }, bearer(accessToken));
  if (data?.requestEmailChange.__typename !== 'RequestEmailChangeSuccess')
    throw new Error('Not begun.');
  const { transaction } = data.requestEmailChange;
  const confirm = { transaction, code: mailed(stack, newEmail)?.code ?? '' };
  return () => stack.gql(ConfirmEmailChangeDocument, { input: confirm }, bearer(accessToken));
};

const askToRevoke = async (stack: Stack) => {
  const { accessToken } = await logIn(stack);
  await logIn(stack);
  const { data } = await stack.gql(MeDocument, { sessions: true }, bearer(accessToken));
  const other = data?.me?.sessions?.find(({ current }) => !current);
  const input = { sessionId: other?.id ?? '' };
  return () => stack.gql(RevokeSessionDocument, { input }, bearer(accessToken));
};

const askToLogOut = (scope: 'OTHER_SESSIONS' | 'EVERYWHERE') => async (stack: Stack) => {
  const { accessToken } = await logIn(stack);
  return () => stack.gql(LogOutDocument, { input: { scope } }, bearer(accessToken));
};

const confirms = 'GET users, POST emails/:id/challenge/:id/verify';
const changes = 'GET users, POST token, GET users/:id';

/** A gateway has no type of result: what the log says of the answer stands for one. */
const askGateway =
  (requestOf: (accessToken: string, basic: string) => RawRequest) =>
  async (stack: Stack): Promise<Ask> => {
    const { accessToken } = await logIn(stack);
    return async () => {
      await send(stack.url, requestOf(accessToken, stack.basic));
      const { outcomes } = JSON.parse(stack.logs.at(-1) ?? '{}');
      return { data: { gateway: { __typename: outcomes?.[0] } } };
    };
  };

const form = { 'content-type': 'application/x-www-form-urlencoded' };

/** As those of fault-operations.ts: what one does with an account that is there. */
export const accountOperations: Readonly<Record<string, Operation>> = {
  'verifyEmail, token': {
    at: ['POST', /\/authn$/],
    upTo: 'POST authn',
    calls: 'POST authn, POST authn/credentials/reset_password, POST token',
    succeeds: 'VerifyEmailSuccess',
    repeatable: false,
    prepare: askToVerifyEmail,
  },
  'verifyEmail, password': {
    at: ['POST', /\/reset_password$/],
    upTo: 'POST authn, POST authn/credentials/reset_password',
    calls: 'POST authn, POST authn/credentials/reset_password, POST token',
    succeeds: 'VerifyEmailSuccess',
    repeatable: false,
    keepsState: false,
    prepare: askToVerifyEmail,
  },
  resendVerificationEmail: {
    at: ['POST', /\/reactivate$/],
    upTo: 'GET users/:id, POST users/:id/lifecycle/reactivate',
    calls: 'GET users/:id, POST users/:id/lifecycle/reactivate',
    succeeds: 'ResendVerificationEmailSuccess',
    always: 'ResendVerificationEmailSuccess: GET users/:id, POST users/:id/lifecycle/reactivate',
    prepare: async (stack) => () =>
      stack.gql(ResendVerificationEmailDocument, { input: { email: waiting } }),
  },
  requestUnlock: {
    at: ['POST', /\/recovery\/unlock$/],
    upTo: 'POST authn/recovery/unlock',
    calls: 'POST authn/recovery/unlock',
    succeeds: 'RequestUnlockSuccess',
    always: 'RequestUnlockSuccess: POST authn/recovery/unlock',
    prepare: async (stack) => () => stack.gql(RequestUnlockDocument, { input: { email: locked } }),
  },
  unlockAccount: {
    at: ['POST', /\/recovery\/token$/],
    upTo: 'POST authn/recovery/token',
    calls: 'POST authn/recovery/token',
    succeeds: 'UnlockAccountSuccess',
    repeatable: false,
    prepare: askToUnlock,
  },
  'sendMfaChallenge, password': {
    at: ['POST', /\/challenge$/],
    upTo: 'POST challenge',
    calls: 'POST challenge',
    succeeds: 'MfaChallengeSent',
    repeatable: false,
    keepsState: false,
    prepare: askToSendChallenge,
  },
  'sendMfaChallenge, authn': {
    flow: 'authn',
    at: ['POST', /\/verify$/],
    upTo: 'POST authn/factors/:id/verify',
    calls: 'POST authn/factors/:id/verify',
    succeeds: 'MfaChallengeSent',
    repeatable: false,
    keepsState: false,
    prepare: askToSendChallenge,
  },
  enrollFactor: {
    at: ['POST', /\/factors$/],
    upTo: 'GET users, POST authn, POST users/:id/factors',
    calls: 'GET users, POST authn, POST users/:id/factors',
    succeeds: 'EnrollFactorSuccess',
    prepare: askToEnroll,
  },
  activateFactor: {
    at: ['POST', /\/activate$/],
    upTo: 'GET users, POST users/:id/factors/:id/lifecycle/activate',
    calls: 'GET users, POST users/:id/factors/:id/lifecycle/activate',
    succeeds: 'ActivateFactorSuccess',
    repeatable: false,
    prepare: askToActivate,
  },
  removeFactor: {
    at: ['DELETE', /\/factors\//],
    upTo: 'GET users, POST authn, DELETE users/:id/factors/:id',
    calls: 'GET users, POST authn, DELETE users/:id/factors/:id',
    succeeds: 'RemoveFactorSuccess',
    repeatable: false,
    prepare: askToRemove,
  },
  'requestEmailChange, address': {
    at: ['POST', /\/emails$/],
    upTo: `${changes}, POST emails`,
    calls: `${changes}, POST emails, POST emails/:id/challenge`,
    takenBack: 'POST revoke',
    succeeds: 'RequestEmailChangeSuccess',
    prepare: askToChangeEmail,
  },
  'requestEmailChange, mail': {
    at: ['POST', /\/challenge$/],
    upTo: `${changes}, POST emails, POST emails/:id/challenge`,
    calls: `${changes}, POST emails, POST emails/:id/challenge`,
    takenBack: 'POST revoke',
    succeeds: 'RequestEmailChangeSuccess',
    keepsState: false,
    prepare: askToChangeEmail,
  },
  confirmEmailChange: {
    at: ['POST', /\/verify$/],
    upTo: confirms,
    calls: `${confirms}, GET users, POST users/:id, POST revoke`,
    succeeds: 'ConfirmEmailChangeSuccess',
    // Its answer has no body to be odd: whether it is true shows at the account.
    but: {
      'ODD BODY': `UPSTREAM_UNAVAILABLE: ${confirms}, GET users`,
      'ends in the middle': `ConfirmEmailChangeSuccess: ${confirms}, GET users, POST users/:id, POST revoke`,
    },
    keepsState: false,
    repeatable: false,
    prepare: askToConfirmEmail,
  },
  revokeSession: {
    at: ['DELETE', /\/tokens\//],
    upTo: 'GET users, DELETE users/:id/clients/:id/tokens/:id',
    calls: 'GET users, DELETE users/:id/clients/:id/tokens/:id',
    succeeds: 'RevokeSessionSuccess',
    keepsState: false,
    repeatable: false,
    prepare: askToRevoke,
  },
  'logOut, refresh token': {
    at: ['POST', /\/revoke$/],
    upTo: 'POST introspect, GET users/:id, POST revoke',
    calls: 'POST introspect, GET users/:id, POST revoke',
    succeeds: 'LogOutSuccess',
    // As without a refresh token.
    but: {
      'ODD BODY': 'LogOutSuccess: POST introspect, GET users/:id, POST revoke',
      'is a page': 'UPSTREAM_UNAVAILABLE: POST introspect, GET users/:id, POST revoke',
      'ends in the middle': 'LogOutSuccess: POST introspect, GET users/:id, POST revoke',
    },
    keepsState: false,
    prepare: async (stack) => {
      const { refreshToken } = await logIn(stack);
      return () => stack.gql(LogOutDocument, { input: { refreshToken } });
    },
  },
  'logOut, other sessions': {
    at: ['DELETE', /\/sessions$/],
    upTo: 'GET users, GET users/:id/clients/:id/tokens, DELETE users/:id/sessions',
    calls: 'GET users, GET users/:id/clients/:id/tokens, DELETE users/:id/sessions',
    succeeds: 'LogOutSuccess',
    keepsState: false,
    prepare: askToLogOut('OTHER_SESSIONS'),
  },
  'logOut, everywhere': {
    at: ['DELETE', /\/sessions$/],
    upTo: 'GET users, DELETE users/:id/sessions',
    calls: 'GET users, DELETE users/:id/sessions',
    succeeds: 'LogOutSuccess',
    repeatable: false,
    keepsState: false,
    prepare: askToLogOut('EVERYWHERE'),
  },
  user: {
    at: ['GET', /\/users$/],
    upTo: 'GET users',
    calls: 'GET users',
    succeeds: 'User',
    sentAgain: true,
    prepare: async (stack) => () =>
      stack.gql(UserDocument, { id: idOfBob }, { authorization: stack.basic }),
  },
  '/introspect': {
    at: ['POST', /\/introspect$/],
    upTo: 'POST introspect',
    calls: 'POST introspect',
    succeeds: 'ACTIVE',
    sentAgain: true,
    prepare: askGateway((token, authorization) => ({
      path: '/introspect',
      headers: { ...form, authorization },
      body: `token=${token}&freshness=INTROSPECT`,
    })),
  },
  '/auth': {
    at: ['POST', /\/introspect$/],
    upTo: 'POST introspect',
    calls: 'POST introspect',
    succeeds: 'ACTIVE',
    sentAgain: true,
    prepare: askGateway((token) => ({
      method: 'GET',
      path: '/auth?freshness=CACHED',
      headers: bearer(token),
    })),
  },
};
