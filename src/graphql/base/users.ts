import type { User } from '../../identity/model.ts';

/** An account, null for an unknown id; a promise only where it has to be waited for. */
export type LoadedUser = User | null | Promise<User | null>;

/** The accounts of one request, which sees each in one state unless it changes it itself. */
export interface Users {
  /** As old as `Profiles` says. */
  load(id: string): LoadedUser;
  /** For decisions that need the state of now: read after the request has begun. */
  loadFresh(id: string): Promise<User | null>;
  /**
   * Runs work that may change an account. After it, whether it failed or not, cached profiles are not
   * used.
   */
  change<Result>(id: string, work: () => Promise<Result>): Promise<Result>;
  /** The account as a change has left it. */
  set(user: User): void;
}
