import type DataLoader from 'dataloader';
import type { Config } from '../config.ts';
import type { AccountError } from '../identity/errors.ts';
import type { CallContext, Shopper, User } from '../identity/model.ts';
import type { IdentityProvider } from '../identity/port.ts';
import type { Refreshes } from '../refresh/refreshes.ts';
import type { ActiveToken, TokenVerifier } from '../tokens/model.ts';
import type { Transactions } from '../tokens/transactions.ts';

/** What every request shares; wired once at the start. */
export interface Shared {
  readonly identity: IdentityProvider;
  readonly verifier: TokenVerifier;
  readonly transactions: Transactions;
  readonly refreshes: Refreshes;
  readonly background: Background;
  readonly accounts: Config['accounts'];
  readonly services: Config['services'];
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
  start(behind: BehindAnswer, context: Pick<Context, 'requestId' | 'call'>): void;
}

/** Who sent the request, from its `Authorization` header. */
export type Caller =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'service'; readonly id: string }
  | { readonly kind: 'customer'; readonly token: ActiveToken }
  /** A header was sent and proves nothing; FORBIDDEN: a service's good token without the scope. */
  | {
      readonly kind: 'rejected';
      readonly code: 'CALLER_UNAUTHENTICATED' | 'FORBIDDEN' | 'TOKEN_EXPIRED' | 'TOKEN_INVALID';
    };

export interface Context extends Shared {
  /** For calls to the identity provider made for this request. */
  readonly call: CallContext;
  readonly requestId: IncomingRequest['requestId'];
  readonly onFailure: IncomingRequest['onFailure'];
  /** Checked at the first use, once per request. */
  readonly caller: () => Promise<Caller>;
  /** Null for an unknown id. */
  readonly users: DataLoader<string, User | null>;
}

export interface IncomingRequest {
  /** No two requests share one. */
  readonly key: string;
  /** What the answer and the log call it: the caller's own id, where there is a good one. */
  readonly requestId: string;
  /** As `CallContext` has it. */
  readonly signal: AbortSignal;
  /** Told of every failure that is part of the answer as data, with its cause. */
  readonly onFailure: (error: AccountError) => void;
  /** The header as sent, null where there is none. */
  readonly authorization: string | null;
  /** As the headers claim; only a service's word for it counts. */
  readonly shopper: Shopper | null;
}
