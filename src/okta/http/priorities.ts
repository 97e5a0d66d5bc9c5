import type { OktaEndpoint } from '../wire/endpoints.ts';

/**
 * Priorities where not all calls can go. `logIn`: a customer waits for it, who would leave without
 * it. `refresh`: a customer may wait. `validation`: a backend waits, and may ask again. `batch`: what
 * a cache or a later call makes up for.
 */
export type Lane = 'logIn' | 'refresh' | 'validation' | 'batch';

/** The first goes first. */
export const lanes: readonly Lane[] = ['logIn', 'refresh', 'validation', 'batch'];

/**
 * What Okta counts together (developer.okta.com/docs/reference/rate-limits): the most specific
 * address owns a request, and each authorization server counts separately. `keys` has no limit.
 */
export type Bucket =
  | 'authn'
  | 'authorize'
  | 'keys'
  | 'logs'
  | 'myAccount'
  | 'oauth'
  | 'orgToken'
  | 'other'
  | 'token'
  | 'user'
  | 'userWrites'
  | 'users';

export interface Place {
  readonly bucket: Bucket;
  readonly lane: Lane;
}

/**
 * The share of a bucket that a lane leaves to those before it. Okta warns the org's administrators
 * when 60 % are used, so batches end there; a refresh, which can wait, leaves a fifth to log-ins.
 */
export const reserves: Readonly<Record<Lane, number>> = {
  logIn: 0,
  refresh: 0.2,
  validation: 0.3,
  batch: 0.4,
};

/**
 * The share of the connections that a lane and all after it may have together: whatever hangs there,
 * the last quarter is for log-ins.
 */
export const connectionShares: Readonly<Record<Lane, number>> = {
  logIn: 1,
  refresh: 0.75,
  validation: 0.5,
  batch: 0.25,
};

/** The share of the connections that one bucket may have: the others live on where it hangs. */
export const bucketShare = 0.9;

const byCustomer = (bucket: Bucket): Place => ({ bucket, lane: 'logIn' });
const batch = (bucket: Bucket): Place => ({ bucket, lane: 'batch' });

/**
 * Where the issuer is the org itself, `token` and `orgToken` are one bucket at Okta, which the
 * headers show.
 */
export const placeOf: Readonly<Record<OktaEndpoint, Place>> = {
  authn: byCustomer('authn'),
  'authn/activation': byCustomer('authn'),
  'authn/credentials/change_password': byCustomer('authn'),
  'authn/credentials/reset_password': byCustomer('authn'),
  'authn/factors/activate': byCustomer('authn'),
  'authn/factors/enroll': byCustomer('authn'),
  'authn/factors/verify': byCustomer('authn'),
  'authn/previous': byCustomer('authn'),
  'authn/recovery/password': byCustomer('authn'),
  'authn/recovery/token': byCustomer('authn'),
  'authn/recovery/unlock': byCustomer('authn'),
  'authn/skip': byCustomer('authn'),
  authorize: byCustomer('authorize'),
  challenge: byCustomer('oauth'),
  // Counted by no bucket, as the keys.
  discovery: byCustomer('keys'),
  introspect: { bucket: 'oauth', lane: 'validation' },
  'introspect/log-out': byCustomer('oauth'),
  // Readiness asks whether log-ins can be answered, so it waits as they do.
  keys: byCustomer('keys'),
  // Its events may end tokens of any user, and it has a bucket of its own.
  'logs/list': { bucket: 'logs', lane: 'validation' },
  'meta/schemas/user': batch('other'),
  'myaccount/emails/challenge': byCustomer('myAccount'),
  'myaccount/emails/create': byCustomer('myAccount'),
  'myaccount/emails/list': byCustomer('myAccount'),
  'myaccount/emails/verify': byCustomer('myAccount'),
  'policies/list': batch('other'),
  revoke: byCustomer('oauth'),
  'token/authorization_code': byCustomer('token'),
  // Every call of the management API waits for it.
  'token/client_credentials': byCustomer('orgToken'),
  'token/mfa-oob': byCustomer('token'),
  'token/mfa-otp': byCustomer('token'),
  'token/password': byCustomer('token'),
  'token/refresh_token': { bucket: 'token', lane: 'refresh' },
  'users/activate': byCustomer('userWrites'),
  'users/clients/tokens/list': byCustomer('userWrites'),
  'users/clients/tokens/revoke': byCustomer('userWrites'),
  'users/create': byCustomer('users'),
  'users/credentials/change_password': byCustomer('userWrites'),
  'users/delete': byCustomer('userWrites'),
  'users/factors/activate': byCustomer('userWrites'),
  'users/factors/enroll': byCustomer('userWrites'),
  'users/factors/list': byCustomer('userWrites'),
  'users/factors/remove': byCustomer('userWrites'),
  'users/get': byCustomer('user'),
  'users/list': batch('users'),
  'users/reactivate': byCustomer('userWrites'),
  'users/reset_password': byCustomer('userWrites'),
  'users/sessions/revoke': byCustomer('userWrites'),
  'users/update': byCustomer('userWrites'),
};
