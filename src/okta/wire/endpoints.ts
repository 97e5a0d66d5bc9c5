/**
 * Which calls go first when not all can; highest first. `interactive`: a customer is waiting.
 * `refresh`: a customer may be waiting. `validation`: a backend is waiting, and may retry. `batch`: a
 * cache or a later call can stand in.
 */
export type Priority = 'interactive' | 'refresh' | 'validation' | 'batch';

/**
 * Endpoints that share one rate limit (developer.okta.com/docs/reference/rate-limits): the most
 * specific path counts, and each authorization server counts separately. `keys` has no limit. If the
 * issuer is the org itself, `token` and `orgToken` are one bucket at Okta, which the headers show.
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

/** Calls with the same bucket and priority: either all of them may go, or none. */
export interface Place {
  readonly bucket: Bucket;
  readonly priority: Priority;
}

export interface Endpoint extends Place {
  /** Safe to retry: it changes nothing, and a failure counts towards no lockout. */
  readonly repeatable?: true;
  /**
   * Its refusals share one code, so the error table distinguishes them by Okta's text. Okta writes it
   * in the requested language (okta-signin-widget#1708), by default that of the brand, and the table
   * knows only the English texts. OAuth's descriptions are for developers and
   * ASCII (RFC 6749 section 5.2), so the token endpoints do not need it.
   */
  readonly needsEnglish?: true;
}

/**
 * Every call that this adapter makes, and how each is treated. Logs and metrics use these names in
 * place of URLs, which may hold ids and, at `authorize`, a session token.
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
  // Like the keys, Okta does not count it.
  discovery: { bucket: 'keys', priority: 'interactive', repeatable: true },
  introspect: { bucket: 'oauth', priority: 'validation', repeatable: true },
  'introspect/log-out': { bucket: 'oauth', priority: 'interactive', repeatable: true },
  // Readiness checks whether log-ins would be answered, so it has their priority.
  keys: { bucket: 'keys', priority: 'interactive', repeatable: true },
  // Its events may revoke tokens of any user. It has its own bucket.
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
