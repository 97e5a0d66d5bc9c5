import DataLoader from 'dataloader';
import { AccountError } from '../identity/errors.ts';
import type { CallContext, User } from '../identity/model.ts';
import type { TokenVerifier } from '../tokens/token/model.ts';
import type { Context, Shared } from './base/context.ts';
import { orTopLevelError, topLevelError } from './base/top-level-errors.ts';
import type { LoadedUser, Users } from './base/users.ts';

/** What was read for the request. */
interface Reads {
  readonly loaded: Map<string, LoadedUser>;
  readonly fresh: Map<string, Promise<User | null>>;
  readonly batches: DataLoader<string, User | null>;
}

/**
 * Tokens of one query are verified in parallel, and their verdicts come at different times. Their users
 * are still loaded in one batch, which waits for the last verdict.
 */
export function createUserLoader(
  { profiles, verifier }: Pick<Shared, 'profiles' | 'verifier'>,
  call: CallContext,
): Pick<Context, 'users' | 'verifier'> {
  const verifications = trackVerifications(verifier);
  // Created at first use, since most requests read no account.
  let made: Reads | undefined;
  const reads = (): Reads => {
    made ??= createReads(profiles, call, verifications.whenIdle);
    return made;
  };
  const users: Users = {
    load(id) {
      const { loaded, batches } = reads();
      const before = loaded.get(id);
      if (before !== undefined) return before;
      const known = profiles.findSync(id);
      const user = known === undefined ? batches.load(id) : known;
      loaded.set(id, user);
      return user;
    },
    loadFresh(id) {
      const { loaded, fresh } = reads();
      const user = fresh.get(id) ?? orTopLevelError(profiles.findFresh(id, call));
      fresh.set(id, user);
      loaded.set(id, user);
      return user;
    },
    async change(id, work) {
      try {
        return await work();
      } finally {
        made?.loaded.delete(id);
        made?.fresh.delete(id);
        await profiles.changed(id);
      }
    },
    set(user) {
      const { loaded, fresh } = reads();
      loaded.set(user.id, user);
      fresh.set(user.id, Promise.resolve(user));
    },
  };
  return { users, verifier: verifications.verifier };
}

function createReads(
  profiles: Shared['profiles'],
  call: CallContext,
  batchScheduleFn: (dispatch: () => void) => void,
): Reads {
  return {
    loaded: new Map(),
    fresh: new Map(),
    batches: new DataLoader(
      async (ids) => {
        const found = await orTopLevelError(profiles.find(ids, call));
        return ids.map((id) => {
          const user = found.get(id) ?? null;
          return user instanceof AccountError ? topLevelError(user) : user;
        });
      },
      { cache: false, batchScheduleFn },
    ),
  };
}

function trackVerifications(verifier: TokenVerifier) {
  let running = 0;
  const waiting: (() => void)[] = [];
  // Later: what follows from a verdict, such as a user to load, happens before the next turn of the
  // event loop.
  const look = () =>
    setImmediate(() => {
      if (running === 0) for (const dispatch of waiting.splice(0)) dispatch();
    });
  return {
    verifier: {
      verifySync: verifier.verifySync,
      async verify(...asked: Parameters<TokenVerifier['verify']>) {
        running += 1;
        try {
          return await verifier.verify(...asked);
        } finally {
          running -= 1;
          if (waiting.length > 0) look();
        }
      },
    },
    whenIdle(dispatch: () => void) {
      waiting.push(dispatch);
      look();
    },
  };
}
