import type DataLoader from 'dataloader';
import type { Config } from '../config.ts';
import type { CallContext, User } from '../identity/model.ts';
import type { IdentityProvider } from '../identity/port.ts';
import type { ActiveToken, TokenVerifier } from '../tokens/model.ts';
import type { Transactions } from '../tokens/transactions.ts';

/** What every request shares; wired once at the start. */
export interface Services {
  readonly identity: IdentityProvider;
  readonly verifier: TokenVerifier;
  readonly transactions: Transactions;
  readonly accounts: Config['accounts'];
  readonly services: Config['services'];
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

export interface Context extends Services {
  /** For calls to the identity provider made for this request. */
  readonly call: CallContext;
  /** Checked at the first use, once per request. */
  readonly caller: () => Promise<Caller>;
  /** Null for an unknown id. */
  readonly users: DataLoader<string, User | null>;
}

export interface IncomingRequest {
  readonly requestId: string;
  readonly signal: AbortSignal;
  /** The header as sent, null where there is none. */
  readonly authorization: string | null;
}
