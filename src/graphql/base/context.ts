import type { PromiseOrValue } from '../../async/maybe-promise.ts';
import type { IncomingCall } from '../../callers/call-context.ts';
import type { ServiceClients } from '../../callers/identify-caller.ts';
import type { Config } from '../../config.ts';
import type { PublishNow } from '../../events/publish.ts';
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
import type { Users } from '../user-loader.ts';

export type { ActiveToken, Verdict };

/** Why a token did not suffice. Only for the log and the metrics. */
export type TokenRefusal =
  | TokenInvalidReason
  /** A valid token of an account that is deleted at Okta. */
  | 'ACCOUNT_NOT_FOUND'
  /** A valid token of an account that is suspended or deactivated. */
  | 'ACCOUNT_DISABLED'
  /** A valid token without a required scope. */
  | 'INSUFFICIENT_SCOPE';

/** What every request shares; wired once at the start. */
export interface Shared {
  readonly identity: IdentityProvider;
  readonly verifier: TokenVerifier;
  readonly profiles: Profiles;
  readonly transactions: Transactions;
  readonly refreshes: Refreshes;
  /** Null: there are no limits. */
  readonly limits: Limits | null;
  readonly publishNow: PublishNow;
  readonly background: Background;
  readonly accounts: Config['accounts'];
  readonly services: Config['services'] & { readonly clients: ServiceClients };
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

/** The credentials of the request are not accepted. */
export interface RejectedCaller {
  readonly kind: 'rejected';
  /** FORBIDDEN: the credentials are valid but do not allow this. */
  readonly code: 'CALLER_UNAUTHENTICATED' | 'FORBIDDEN' | 'TOKEN_EXPIRED' | 'TOKEN_INVALID';
  /** Only where a token was sent. */
  readonly reason?: TokenRefusal;
  /** Default: the message of the code. */
  readonly message?: string;
  /** The token of a customer that was valid until it was revoked. */
  readonly revoked?: ActiveToken;
}

/** The customer of the `X-Customer-Token` header. */
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

export interface IncomingRequest {
  /** No two requests share one. */
  readonly key: string;
  /** What the answer and the log call it: the caller's own id, where there is a good one. */
  readonly requestId: string;
  /** As `CallContext` has it, made when first asked for. */
  readonly signal: () => AbortSignal;
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
  /** The header as sent, null where there is none. */
  readonly authorization: string | null;
  /**
   * The `X-Customer-Token` header as sent, null where there is none; it is used only from a service.
   */
  readonly customerToken: string | null;
  /** As the headers claim; only a service's word for it counts. */
  readonly shopper: Shopper | null;
  /** Where it comes from, which for a service is not where its shopper is; null: not known. */
  readonly address: string | null;
  /** Whether `address` comes from a trusted proxy. */
  readonly fromProxy: boolean;
}
