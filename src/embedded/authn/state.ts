import type { Org } from '../org.ts';
import type { AuthnTransactionEntity, UserEntity } from '../store/entities.ts';

/** The steps a caller may ask for with a state token; each is `POST /api/v1/authn/{step}`. */
export type Step =
  | 'credentials/change_password'
  | 'credentials/reset_password'
  | 'factors'
  | 'factors/{id}/lifecycle/activate'
  | 'factors/{id}/lifecycle/resend'
  | 'factors/{id}/verify'
  | 'factors/{id}/verify/resend'
  | 'previous'
  | 'skip'
  | 'cancel';

/** A transaction at the moment of an answer. */
export interface View {
  readonly org: Org;
  readonly transaction: AuthnTransactionEntity;
  readonly user: UserEntity;
}

/** How a transaction of one status shows, and what may come after it. */
export interface State {
  /** Every other step is E0000079. */
  readonly allows: readonly Step[];
  /** What `_embedded` holds beside the user. */
  readonly embedded: (view: View) => Record<string, unknown>;
  /** What `_links` holds beside `cancel`. */
  readonly links: (view: View) => Record<string, unknown>;
}

export function link(org: Org, name: string, path: string): Record<string, unknown> {
  return { name, ...plainLink(org, path) };
}

export function plainLink(org: Org, path: string): Record<string, unknown> {
  return { href: `${org.url()}/api/v1/authn/${path}`, hints: { allow: ['POST'] } };
}
