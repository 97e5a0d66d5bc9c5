import { createFallback } from '../cache/redis-fallback.ts';
import type { AttemptState, AttemptStore } from './attempt-store.ts';
import type { LockedStep, RedisAttempts } from './redis-attempt-store.ts';

/**
 * While the shared store works, attempts in all processes wait for each other and count together;
 * while it does not, those of this process do. What this process has counted it does not forget, and
 * what it has counted alone reaches the shared store as soon as that works.
 * @param notice called once when the shared store stops working, and once when it works again
 */
export function createSharedAttemptStore(
  { shared, own }: { readonly shared: RedisAttempts; readonly own: AttemptStore },
  notice: (working: boolean, error: unknown) => void,
): AttemptStore {
  const { attempt, attemptAtOnce } = createFallback<RedisAttempts | null>(
    { shared, own: null },
    notice,
  );
  /** Steps that this process has locked in the shared store, by id. */
  const locked = new Map<string, LockedStep>();

  return {
    async lock(id, expiresAt) {
      const known = await own.lock(id, expiresAt);
      const step = await attempt(async (store) => (store === null ? null : store.lock(id)));
      if (step === null) return known;
      locked.set(id, step);
      return step.state === null ? known : merge(known, step.state);
    },
    async unlock(id, state) {
      const step = locked.get(id);
      locked.delete(id);
      if (step !== undefined) {
        // Where it fails, the lock expires, and this process still knows the state.
        await attemptAtOnce(async (store) => (store === null ? null : step.unlock(state)));
      } else if (state !== null) {
        shared.record(id, state).catch(() => undefined);
      }
      await own.unlock(id, state);
    },
  };
}

/** All counts only grow, so the higher of two is the later one. */
function merge(one: AttemptState, other: AttemptState): AttemptState {
  const pausedUntil = new Map(one.sends.pausedUntil);
  for (const [to, until] of other.sends.pausedUntil) {
    pausedUntil.set(to, Math.max(pausedUntil.get(to) ?? 0, until));
  }
  return {
    failures: Math.max(one.failures, other.failures),
    sends: { count: Math.max(one.sends.count, other.sends.count), pausedUntil },
    usedUp: one.usedUp || other.usedUp,
    expiresAt: Math.max(one.expiresAt, other.expiresAt),
  };
}
