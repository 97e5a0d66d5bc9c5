export type { Secret, ServiceCredentials } from './api/credentials.ts';
export type { Profile } from './api/profile-answers.ts';
export { AccountApiUnavailable, type UnavailableCause } from './api/unavailable.ts';
export type { CheckedBy } from './api/verdict-answers.ts';
export { type AccountBackend, createAccountBackend, type ValidateOptions } from './backend.ts';
export type { RequestHeaders, RequestLike } from './bearer-token.ts';
export type { Reach } from './cache/account-cache.ts';
export type { Customer } from './customer.ts';
export type { BackendOptions } from './options.ts';
export {
  type Authenticated,
  AuthenticationRefused,
  type RefusalReason,
  type Refused,
  type Result,
  requireScopes,
} from './result.ts';
export type { BackendStatus, StreamState } from './status.ts';
