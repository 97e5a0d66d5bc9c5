export type { AccountClient } from './client/create-account-client.ts';
export { createAccountClient } from './client/create-account-client.ts';
export type { TypedDocument } from './client/document.ts';
export {
  AccountApiError,
  type AccountApiErrorCode,
  type TopLevelCode,
  type TransportCode,
} from './client/errors.ts';
export type { Operations } from './client/operations.ts';
export type {
  AccountClientSettings,
  CallContext,
  Service,
  ShopperContext,
} from './client/settings.ts';
export type { DegradedReason, SignedOutReason } from './session/condition.ts';
export { createSession, type Sessions } from './session/create-session.ts';
export type { Exchange, WritableExchange, WriteCookies } from './session/exchange.ts';
export type { Outcome } from './session/mutate.ts';
export { RequestRefused } from './session/origin.ts';
export type { SealProblem } from './session/seal.ts';
export { Session } from './session/session.ts';
export type { SessionSettings } from './session/settings.ts';
export type { MfaFactor, PendingStep, SessionTooLarge, Shown } from './session/steps.ts';
export { WritableSession } from './session/writable-session.ts';
