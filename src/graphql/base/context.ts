import type { PromiseOrValue } from '../../async/maybe-promise.ts';
import type { Config } from '../../config.ts';
import type { Announce } from '../../events/publish.ts';
import type { AccountError } from '../../identity/errors.ts';
import type { CallContext, Shopper } from '../../identity/model.ts';
import type { IdentityProvider } from '../../identity/port.ts';
import type { Limits } from '../../limits/limits.ts';
import type { Profiles } from '../../profiles/model.ts';
import type { Refreshes } from '../../refresh/refreshes.ts';
import type {
  ActiveToken,
  TokenInvalidReason,
  TokenVerifier,
  Verdict,
} from '../../tokens/token/model.ts';
import type { Transactions } from '../../transactions/transactions.ts';
import type { ServiceClients } from '../caller/caller.ts';
import type { Users } from '../user-loader.ts';
import type { IncomingCall } from './call-context.ts';

export type { ActiveToken, Verdict };

/** Why a token was not enough for what was asked: for the log and the metrics alone. */
export type TokenRefusal =
  | TokenInvalidReason
  /** A good token of an account that Okta does not have any more. */
  | 'ACCOUNT_NOT_FOUND'
  /** A good token of an account that is suspended or deactivated. */
  | 'ACCOUNT_DISABLED'
  /** A good token without a scope that is needed. */
  | 'INSUFFICIENT_SCOPE';

/** What every request shares; wired once at the start. */
export interface Shared {
  readonly identity: IdentityProvider;
  readonly verifier: TokenVerifier;
  readonly profiles: Profiles;
  readonly transactions: Transactions;
  readonly refreshes: Refreshes;
  /** Null: nobody is limited. */
  readonly limits: Limits | null;
  readonly announce: Announce;
  readonly background: Background;
  readonly accounts: Config['accounts'];
  readonly services: Config['services'] & { readonly clients: ServiceClients };
}

/** What nobody waits for, since its time and its outcome are not for the caller to learn. */
export interface BehindAnswer {
  /** For the log. */
  readonly task: 'OWNER_MAIL' | 'RESET_MAIL' | 'UNLOCK_MAIL' | 'VERIFICATION_MAIL';
  /** Ends with the signal of `call`, which is not that of the request. */
  readonly work: (call: CallContext) => Promise<void>;
}

/** Work that goes on when its request is answered, and is over before the server stops. */
export interface Background {
  start(
    behind: BehindAnswer,
    context: Pick<Context, 'requestId'> & { readonly call: CallContext },
  ): void;
}

/** Who sent the request, from its `Authorization` header. */
export type Caller =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'service'; readonly id: string }
  | CustomerCaller
  | RejectedCaller;

export interface CustomerCaller {
  readonly kind: 'customer';
  readonly token: ActiveToken;
}

/** A header was sent and proves nothing. */
export interface RejectedCaller {
  readonly kind: 'rejected';
  /** FORBIDDEN: the credentials are good, and may not do this. */
  readonly code: 'CALLER_UNAUTHENTICATED' | 'FORBIDDEN' | 'TOKEN_EXPIRED' | 'TOKEN_INVALID';
  /** Where a token was sent. */
  readonly reason?: TokenRefusal;
  /** Default: the one of the code. */
  readonly message?: string;
  /** The token of a customer that was good until it was revoked. */
  readonly revoked?: ActiveToken;
}

/** Whom the `X-Customer-Token` header names. */
export type NamedCustomer = CustomerCaller | RejectedCaller;

export interface Context extends Shared {
  /** For calls to the identity provider made for this request. */
  readonly call: IncomingCall;
  readonly requestId: IncomingRequest['requestId'];
  readonly onFailure: IncomingRequest['onFailure'];
  readonly onRefusedToken: IncomingRequest['onRefusedToken'];
  readonly onEnd: IncomingRequest['onEnd'];
  /** Checked at the first use, once per request. */
  readonly caller: () => PromiseOrValue<Caller>;
  /**
   * Whose account the request is about: the customer whom a service names by `X-Customer-Token`,
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

/** What a mutation tells the audit log, of the input as it was sent and of the result. */
export interface MutationEnd {
  readonly email: string | null;
  /** Of the tokens in the result. */
  readonly userId: string | null;
  readonly sessionId: string | null;
  /** Of a refusal that does not say all by its type: whose limit was reached, for example. */
  readonly reason: string | null;
}

export interface IncomingRequest {
  /** No two requests share one. */
  readonly key: string;
  /** What the answer and the log call it: the caller's own id, where there is a good one. */
  readonly requestId: string;
  /** As `CallContext` has it, made when first asked for. */
  readonly signal: () => AbortSignal;
  /** Told who it is, once that was asked. */
  readonly onCaller: (caller: Caller) => void;
  /** Told whom `customerToken` names, once that was asked. */
  readonly onCustomer: (customer: NamedCustomer) => void;
  /** Told of every failure that is part of the answer as data, with its cause. */
  readonly onFailure: (error: AccountError) => void;
  /** Called for every token that is refused; for that of the caller `onCaller` has the reason. */
  readonly onRefusedToken: (reason: TokenRefusal) => void;
  /** Told of every root field that has ended, however. */
  readonly onEnd: (end: FieldEnd) => void;
  /** The header as sent, null where there is none. */
  readonly authorization: string | null;
  /** The `X-Customer-Token` header as sent, null where there is none; only a service's counts. */
  readonly customerToken: string | null;
  /** As the headers claim; only a service's word for it counts. */
  readonly shopper: Shopper | null;
  /** Where it comes from, which for a service is not where its shopper is; null: not known. */
  readonly address: string | null;
  /** Whether a proxy of ours has told `address`. */
  readonly fromProxy: boolean;
}
