import type { Redis } from 'ioredis';
import { isOrgServer, type OktaConfig } from './config.ts';
import type { IdentityProvider } from './identity/port.ts';
import { failureOf } from './server/failure.ts';
import type { ReadinessReport } from './server/readiness.ts';
import type { KeySet } from './tokens/keys.ts';
import { unlessAborted } from './unless-aborted.ts';

/** Within this a probe has its answer, whatever Okta does. */
const readinessMs = 2_000;

/** Whether everything is there that an answer may need. */
export async function readiness({
  okta,
  identity,
  keys,
  redis,
}: {
  readonly okta: OktaConfig;
  readonly identity: IdentityProvider;
  readonly keys: KeySet;
  readonly redis: Redis | null;
}): Promise<ReadinessReport> {
  const signal = AbortSignal.timeout(readinessMs);
  const call = { requestId: 'readiness', signal, shopper: null };
  const checks = {
    okta: outcomeOf(identity.ping(call)),
    // Tokens of the org authorization server are introspected: there are no keys to wait for.
    keys: isOrgServer(okta) ? passed : outcomeOf(unlessAborted(loaded(keys), signal)),
    ...(redis === null ? {} : { redis: outcomeOf(redis.ping()) }),
  };
  const outcomes = await Promise.all(
    Object.entries(checks).map(async ([check, outcome]) => ({ check, ...(await outcome) })),
  );
  const failing = outcomes.filter(({ ok }) => !ok);
  return {
    // Redis is told and no more: without it everything works, and no other process would do better.
    ok: failing.every(({ check }) => check === 'redis'),
    checks: Object.fromEntries(outcomes.map(({ check, ok }) => [check, ok ? 'ok' : 'failing'])),
    failures: failing.map(({ check, error }) => ({ check, ...failureOf(error) })),
  };
}

interface Outcome {
  readonly ok: boolean;
  readonly error: unknown;
}

const passed: Promise<Outcome> = Promise.resolve({ ok: true, error: null });

function outcomeOf(work: Promise<unknown>): Promise<Outcome> {
  return work.then(
    () => ({ ok: true, error: null }),
    (error: unknown) => ({ ok: false, error }),
  );
}

/** @throws what the last load failed with */
async function loaded(keys: KeySet): Promise<void> {
  if (!(await keys.ready())) throw keys.failure();
}
