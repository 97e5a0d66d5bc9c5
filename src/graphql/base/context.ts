import type { PromiseOrValue } from '../../async/maybe-promise.ts';
import type { Caller, NamedCustomer, TokenRefusal } from '../../callers/caller.ts';
import type { IncomingCall, IncomingRequest } from '../../callers/incoming-request.ts';
import type { Authentication } from '../../callers/verify-unauthenticated.ts';
import type { Config } from '../../config.ts';
import type { PublishNow } from '../../events/publish.ts';
import type { AccountError } from '../../identity/errors.ts';
import type { CallContext } from '../../identity/model.ts';
import type { IdentityProvider } from '../../identity/port.ts';
import type { Profiles } from '../../profiles/model.ts';
import type { Refreshes } from '../../refresh/refreshes.ts';
import type { Transactions } from '../../transactions/transactions.ts';
import type { Users } from './users.ts';

/** What every request shares; wired once at the start. */
export interface Shared extends Authentication {
  readonly identity: IdentityProvider;
  readonly profiles: Profiles;
  readonly transactions: Transactions;
  readonly refreshes: Refreshes;
  readonly publishNow: PublishNow;
  readonly background: Background;
  readonly accounts: Config['accounts'];
}

/** Work that runs after the answer, which must not show its duration and outcome. */
export interface BackgroundJob {
  /** For the log. */
  readonly task: 'OWNER_MAIL' | 'RESET_MAIL' | 'UNLOCK_MAIL' | 'VERIFICATION_MAIL';
  /** Ends with the signal of `call`, which is not that of the request. */
  readonly work: (call: CallContext) => Promise<void>;
}

/** Jobs that continue after their request was answered, and end before the server stops. */
export interface Background {
  start(
    behind: BackgroundJob,
    context: Pick<Context, 'requestId'> & { readonly call: CallContext },
  ): void;
}

export interface Context extends Shared {
  /** For calls to the identity provider made for this request. */
  readonly call: IncomingCall;
  readonly requestId: IncomingRequest['requestId'];
  readonly record: RequestObserver;
  /** Checked at the first use, once per request. */
  readonly caller: () => PromiseOrValue<Caller>;
  /**
   * Whose account the request is about: the customer of `X-Customer-Token` where a service sends it,
   * otherwise the caller. Checked as `caller` is.
   */
  readonly customer: () => PromiseOrValue<Caller>;
  readonly users: Users;
}

/** How a root field of the schema has ended. */
export interface FieldOutcome {
  readonly field: string;
  /** The type of the result; `OK` where there is only one; the code of an error that is no result. */
  readonly outcome: string;
  /** Null for a query. */
  readonly mutation: MutationOutcome | null;
}

/** What the audit log records of a mutation, from its input and its result. */
export interface MutationOutcome {
  readonly email: string | null;
  /** Owner of the tokens in the result. */
  readonly userId: string | null;
  readonly sessionId: string | null;
  /** Details of a refusal that its type does not have: whose limit was reached, for example. */
  readonly reason: string | null;
}

/** Records what the log, the audit log and the metrics say of a request. */
export interface RequestObserver {
  /** Once it is identified; with it why its token was refused, if one was. */
  noteCaller(caller: Caller): void;
  /** The same for the customer of `customerToken`. */
  noteCustomer(customer: NamedCustomer): void;
  /** A failure that is part of the answer as data, with its cause. */
  noteFailure(error: AccountError): void;
  /** Why a token was refused that is neither the caller's nor the customer's. */
  noteTokenRefusal(reason: TokenRefusal): void;
  /** Of every root field when it has ended, whatever its outcome. */
  noteFieldOutcome(outcome: FieldOutcome): void;
}

export interface ObservedRequest extends IncomingRequest {
  readonly record: RequestObserver;
}
