import DataLoader from 'dataloader';
import type { CallContext, User } from '../identity/model.ts';
import type { TokenVerifier } from '../tokens/model.ts';
import type { Context, Shared } from './context.ts';
import { orTopLevelError } from './top-level-errors.ts';

/**
 * Tokens of one query are verified in parallel and come to their verdicts at different times. Their
 * users make one batch still, which waits for the last verdict.
 */
export function createUserLoader(
  { identity, verifier }: Pick<Shared, 'identity' | 'verifier'>,
  call: CallContext,
): Pick<Context, 'users' | 'verifier'> {
  const verifications = counted(verifier);
  const users = new DataLoader<string, User | null>(
    async (ids) => {
      const found = await orTopLevelError(identity.findUsers(ids, call));
      return ids.map((id) => found.get(id) ?? null);
    },
    { batchScheduleFn: verifications.whenOver },
  );
  return { users, verifier: verifications.verifier };
}

function counted(verifier: TokenVerifier) {
  let underWay = 0;
  const waiting: (() => void)[] = [];
  // Not at once: what follows from a verdict, such as a user to load, comes before the next turn of
  // the event loop.
  const look = () =>
    setImmediate(() => {
      if (underWay === 0) for (const dispatch of waiting.splice(0)) dispatch();
    });
  return {
    verifier: {
      async verify(...asked: Parameters<TokenVerifier['verify']>) {
        underWay += 1;
        try {
          return await verifier.verify(...asked);
        } finally {
          underWay -= 1;
          look();
        }
      },
    },
    whenOver(dispatch: () => void) {
      waiting.push(dispatch);
      look();
    },
  };
}
