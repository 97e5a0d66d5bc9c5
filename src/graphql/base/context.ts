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

/** Work that no caller waits for, since its duration and outcome must not show in the answer. */
export interface BehindAnswer {
  /** For the log. */
  readonly task: 'OWNER_MAIL' | 'RESET_MAIL' | 'UNLOCK_MAIL' | 'VERIFICATION_MAIL';
  /** Ends with the signal of `call`, which is not that of the request. */
  readonly work: (call: CallContext) => Promise<void>;
}

/** Work that goes on after its request is answered, and ends before the server stops. */
export interface Background {
  start(
    behind: BehindAnswer,
    context: Pick<Context, 'requestId'> & { readonly call: CallContext },
  ): void;
}

export interface Context extends Shared {
  /** For calls to the identity provider made for this request. */
  readonly call: IncomingCall;
  readonly requestId: IncomingRequest['requestId'];
  readonly onFailure: ObservedRequest['onFailure'];
  readonly onRefusedToken: ObservedRequest['onRefusedToken'];
  readonly onEnd: ObservedRequest['onEnd'];
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
export interface FieldEnd {
  readonly field: string;
  /** The type of the result; `OK` where there is but one; the code of an error that is no result. */
  readonly outcome: string;
  /** Null for a query. */
  readonly mutation: MutationEnd | null;
}

/** What the audit log records of a mutation, from its input and its result. */
export interface MutationEnd {
  readonly email: string | null;
  /** Of the tokens in the result. */
  readonly userId: string | null;
  readonly sessionId: string | null;
  /** Of a refusal that does not say all by its type: whose limit was reached, for example. */
  readonly reason: string | null;
}

/** A request, and what is called as things become known of it. */
export interface ObservedRequest extends IncomingRequest {
  /** Called with the caller once it is identified. */
  readonly onCaller: (caller: Caller) => void;
  /** Called with the customer of `customerToken` once it is identified. */
  readonly onCustomer: (customer: NamedCustomer) => void;
  /** Called for every failure that is part of the answer as data, with its cause. */
  readonly onFailure: (error: AccountError) => void;
  /**
   * Called for every refused token but that of the caller or customer, whose reason is in `onCaller`
   * and `onCustomer`.
   */
  readonly onRefusedToken: (reason: TokenRefusal) => void;
  /** Called for every root field when it has ended, whatever its outcome. */
  readonly onEnd: (end: FieldEnd) => void;
}
