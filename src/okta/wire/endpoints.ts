/**
 * Where not all calls can go, the first goes first. `logIn`: a customer waits for it, who would leave
 * without it. `refresh`: a customer may wait. `validation`: a backend waits, and may ask again.
 * `batch`: what a cache or a later call makes up for.
 */
export type Lane = 'logIn' | 'refresh' | 'validation' | 'batch';

/**
 * What Okta counts together (developer.okta.com/docs/reference/rate-limits): the most specific
 * address owns a request, and each authorization server counts separately. `keys` has no limit.
 * Where the issuer is the org itself, `token` and `orgToken` are one bucket at Okta, which the
 * headers show.
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

/** Calls of one place are admitted alike: all of them may go, or none. */
export interface Place {
  readonly bucket: Bucket;
  readonly lane: Lane;
}

export interface Endpoint extends Place {
  /** Safe to send again: it changes nothing, and a wrong one counts towards no lockout. */
  readonly repeatable?: true;
  /**
   * Its refusals have one code for many reasons, which the error table distinguishes by Okta's text.
   * Okta writes it in the requested language (okta-signin-widget#1708), by default in that of the
   * brand, and the table knows only the English texts. OAuth's descriptions are for developers and
   * ASCII (RFC 6749 section 5.2), so the token endpoints do not need it.
   */
  readonly needsEnglish?: true;
}

/**
 * Every call this adapter makes, by name, and all that is decided by its name. The names go to logs
 * and metrics in place of URLs, which may hold ids and, at `authorize`, a session token.
 */
const table = {
  authn: { bucket: 'authn', lane: 'logIn' },
  'authn/activation': { bucket: 'authn', lane: 'logIn' },
  'authn/credentials/change_password': { bucket: 'authn', lane: 'logIn', needsEnglish: true },
  'authn/credentials/reset_password': { bucket: 'authn', lane: 'logIn', needsEnglish: true },
  'authn/factors/activate': { bucket: 'authn', lane: 'logIn' },
  'authn/factors/enroll': { bucket: 'authn', lane: 'logIn', needsEnglish: true },
  'authn/factors/verify': { bucket: 'authn', lane: 'logIn' },
  'authn/previous': { bucket: 'authn', lane: 'logIn' },
  'authn/recovery/password': { bucket: 'authn', lane: 'logIn' },
  'authn/recovery/token': { bucket: 'authn', lane: 'logIn' },
  'authn/recovery/unlock': { bucket: 'authn', lane: 'logIn' },
  'authn/skip': { bucket: 'authn', lane: 'logIn' },
  authorize: { bucket: 'authorize', lane: 'logIn' },
  challenge: { bucket: 'oauth', lane: 'logIn' },
  // Okta does not count it, as the keys.
  discovery: { bucket: 'keys', lane: 'logIn', repeatable: true },
  introspect: { bucket: 'oauth', lane: 'validation', repeatable: true },
  'introspect/log-out': { bucket: 'oauth', lane: 'logIn', repeatable: true },
  // Readiness asks whether log-ins can be answered, so it waits as they do.
  keys: { bucket: 'keys', lane: 'logIn', repeatable: true },
  // Its events may end tokens of any user, and it has a bucket of its own.
  'logs/list': { bucket: 'logs', lane: 'validation', repeatable: true },
  'meta/schemas/user': { bucket: 'other', lane: 'batch' },
  'myaccount/emails/challenge': { bucket: 'myAccount', lane: 'logIn' },
  'myaccount/emails/create': { bucket: 'myAccount', lane: 'logIn' },
  'myaccount/emails/list': { bucket: 'myAccount', lane: 'logIn', repeatable: true },
  'myaccount/emails/verify': { bucket: 'myAccount', lane: 'logIn' },
  'policies/list': { bucket: 'other', lane: 'batch', repeatable: true },
  revoke: { bucket: 'oauth', lane: 'logIn' },
  'token/authorization_code': { bucket: 'token', lane: 'logIn' },
  // Every call of the management API waits for it.
  'token/client_credentials': { bucket: 'orgToken', lane: 'logIn' },
  'token/mfa-oob': { bucket: 'token', lane: 'logIn' },
  'token/mfa-otp': { bucket: 'token', lane: 'logIn' },
  'token/password': { bucket: 'token', lane: 'logIn' },
  'token/refresh_token': { bucket: 'token', lane: 'refresh' },
  'users/activate': { bucket: 'userWrites', lane: 'logIn' },
  'users/clients/tokens/list': { bucket: 'userWrites', lane: 'logIn', repeatable: true },
  'users/clients/tokens/revoke': { bucket: 'userWrites', lane: 'logIn' },
  'users/create': { bucket: 'users', lane: 'logIn', needsEnglish: true },
  'users/credentials/change_password': { bucket: 'userWrites', lane: 'logIn', needsEnglish: true },
  'users/delete': { bucket: 'userWrites', lane: 'logIn' },
  'users/factors/activate': { bucket: 'userWrites', lane: 'logIn' },
  'users/factors/enroll': { bucket: 'userWrites', lane: 'logIn', needsEnglish: true },
  'users/factors/list': { bucket: 'userWrites', lane: 'logIn', repeatable: true },
  'users/factors/remove': { bucket: 'userWrites', lane: 'logIn' },
  'users/get': { bucket: 'user', lane: 'logIn', repeatable: true },
  'users/list': { bucket: 'users', lane: 'batch', repeatable: true },
  'users/reactivate': { bucket: 'userWrites', lane: 'logIn' },
  'users/reset_password': { bucket: 'userWrites', lane: 'logIn' },
  'users/sessions/revoke': { bucket: 'userWrites', lane: 'logIn' },
  'users/update': { bucket: 'userWrites', lane: 'logIn', needsEnglish: true },
} satisfies Record<string, Endpoint>;

export type OktaEndpoint = keyof typeof table;

export const endpoints: Readonly<Record<OktaEndpoint, Endpoint>> = table;
