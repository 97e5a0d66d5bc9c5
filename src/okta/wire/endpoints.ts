/**
 * Where not all calls can go, the first goes first. `interactive`: a customer waits for it, who would leave
 * without it. `refresh`: a customer may wait. `validation`: a backend waits, and may ask again.
 * `batch`: what a cache or a later call makes up for.
 */
export type Priority = 'interactive' | 'refresh' | 'validation' | 'batch';

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
  readonly priority: Priority;
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
  authn: { bucket: 'authn', priority: 'interactive' },
  'authn/activation': { bucket: 'authn', priority: 'interactive' },
  'authn/credentials/change_password': {
    bucket: 'authn',
    priority: 'interactive',
    needsEnglish: true,
  },
  'authn/credentials/reset_password': {
    bucket: 'authn',
    priority: 'interactive',
    needsEnglish: true,
  },
  'authn/factors/activate': { bucket: 'authn', priority: 'interactive' },
  'authn/factors/enroll': { bucket: 'authn', priority: 'interactive', needsEnglish: true },
  'authn/factors/verify': { bucket: 'authn', priority: 'interactive' },
  'authn/previous': { bucket: 'authn', priority: 'interactive' },
  'authn/recovery/password': { bucket: 'authn', priority: 'interactive' },
  'authn/recovery/token': { bucket: 'authn', priority: 'interactive' },
  'authn/recovery/unlock': { bucket: 'authn', priority: 'interactive' },
  'authn/skip': { bucket: 'authn', priority: 'interactive' },
  authorize: { bucket: 'authorize', priority: 'interactive' },
  challenge: { bucket: 'oauth', priority: 'interactive' },
  // Okta does not count it, as the keys.
  discovery: { bucket: 'keys', priority: 'interactive', repeatable: true },
  introspect: { bucket: 'oauth', priority: 'validation', repeatable: true },
  'introspect/log-out': { bucket: 'oauth', priority: 'interactive', repeatable: true },
  // Readiness asks whether log-ins can be answered, so it waits as they do.
  keys: { bucket: 'keys', priority: 'interactive', repeatable: true },
  // Its events may end tokens of any user, and it has a bucket of its own.
  'logs/list': { bucket: 'logs', priority: 'validation', repeatable: true },
  'meta/schemas/user': { bucket: 'other', priority: 'batch', repeatable: true },
  'myaccount/emails/challenge': { bucket: 'myAccount', priority: 'interactive' },
  'myaccount/emails/create': { bucket: 'myAccount', priority: 'interactive' },
  'myaccount/emails/list': { bucket: 'myAccount', priority: 'interactive', repeatable: true },
  'myaccount/emails/verify': { bucket: 'myAccount', priority: 'interactive' },
  'policies/list': { bucket: 'other', priority: 'batch', repeatable: true },
  revoke: { bucket: 'oauth', priority: 'interactive' },
  'token/authorization_code': { bucket: 'token', priority: 'interactive' },
  // Every call of the management API waits for it.
  'token/client_credentials': { bucket: 'orgToken', priority: 'interactive' },
  'token/mfa-oob': { bucket: 'token', priority: 'interactive' },
  'token/mfa-otp': { bucket: 'token', priority: 'interactive' },
  'token/password': { bucket: 'token', priority: 'interactive' },
  'token/refresh_token': { bucket: 'token', priority: 'refresh' },
  'users/activate': { bucket: 'userWrites', priority: 'interactive' },
  'users/clients/tokens/list': { bucket: 'userWrites', priority: 'interactive', repeatable: true },
  'users/clients/tokens/revoke': { bucket: 'userWrites', priority: 'interactive' },
  'users/create': { bucket: 'users', priority: 'interactive', needsEnglish: true },
  'users/credentials/change_password': {
    bucket: 'userWrites',
    priority: 'interactive',
    needsEnglish: true,
  },
  'users/delete': { bucket: 'userWrites', priority: 'interactive' },
  'users/factors/activate': { bucket: 'userWrites', priority: 'interactive' },
  'users/factors/enroll': { bucket: 'userWrites', priority: 'interactive', needsEnglish: true },
  'users/factors/list': { bucket: 'userWrites', priority: 'interactive', repeatable: true },
  'users/factors/remove': { bucket: 'userWrites', priority: 'interactive' },
  'users/get': { bucket: 'user', priority: 'interactive', repeatable: true },
  'users/list': { bucket: 'users', priority: 'batch', repeatable: true },
  'users/reactivate': { bucket: 'userWrites', priority: 'interactive' },
  'users/reset_password': { bucket: 'userWrites', priority: 'interactive' },
  'users/sessions/revoke': { bucket: 'userWrites', priority: 'interactive' },
  'users/update': { bucket: 'userWrites', priority: 'interactive', needsEnglish: true },
} satisfies Record<string, Endpoint>;

export type OktaEndpoint = keyof typeof table;

export const endpoints: Readonly<Record<OktaEndpoint, Endpoint>> = table;
