import { untilAborted } from '../async/until-aborted.ts';
import { isOrgServer, type ServingConfig } from '../config.ts';
import type { Findings } from '../config-checks/findings.ts';
import type { AccountEventBus } from '../events/bus.ts';
import { ProviderMisconfigured } from '../identity/errors.ts';
import type { IdentityProvider } from '../identity/port.ts';
import type { ReadinessReport } from '../server/http/readiness.ts';
import { failureOf } from '../server/observability/failure.ts';
import type { KeySet } from '../tokens/keys/key-set.ts';
import type { RevocationFeed } from '../tokens/token/model.ts';
import type { RedisHealth } from './redis-health.ts';

/** A probe gets its answer within this time, even if Okta hangs. */
const readinessMs = 2_000;

/** These do not fail readiness: requests work without them, and other processes are no better off. */
const informational: readonly string[] = ['redis', 'feed'];
/** With loaded keys, tokens are verified without Okta. Without keys the check `keys` fails. */
const informationalWithKeys: readonly string[] = [...informational, 'okta'];

interface Dependencies {
  readonly identity: IdentityProvider;
  readonly keys: KeySet;
  readonly redisHealth: RedisHealth | null;
  readonly events: AccountEventBus;
  readonly feed: RevocationFeed;
  readonly findings: Findings;
}

/** Checks all dependencies of the API. */
export async function readiness(
  { okta, events: { logPollSeconds } }: Pick<ServingConfig, 'okta' | 'events'>,
  { identity, keys, redisHealth, events, feed, findings }: Dependencies,
): Promise<ReadinessReport> {
  const signal = AbortSignal.timeout(readinessMs);
  const call = { requestId: 'readiness', signal, shopper: null };
  const checks = {
    // With an invalid configuration the process does not start.
    config: passed,
    okta: outcomeOf(identity.ping(call)),
    // Tokens of the org authorization server are introspected, so no keys are needed.
    keys: isOrgServer(okta) ? passed : outcomeOf(untilAborted(checkKeys(keys), signal)),
    ...(redisHealth === null ? {} : { redis: outcomeOf(checkSharedEvents(redisHealth, events)) }),
    ...(logPollSeconds === 0 ? {} : { feed: outcomeOf(checkFeed(feed)) }),
  };
  const outcomes = await Promise.all(
    Object.entries(checks).map(async ([check, outcome]) => ({ check, ...(await outcome) })),
  );
  const failing = outcomes.filter(({ ok }) => !ok);
  const wrong = findings.misconfigured();
  const mayFail = isOrgServer(okta) ? informational : informationalWithKeys;
  return {
    ok: failing.every(({ check }) => mayFail.includes(check)),
    checks: Object.fromEntries(
      outcomes.map(({ check, ok, error }) => [check, stateOf({ check, ok, error, wrong })]),
    ),
    failures: [
      ...failing.map(({ check, error }) => ({ check, ...failureOf(error) })),
      ...wrong.map((reason) => ({ check: 'okta', error: 'Misconfigured', reason, causes: [] })),
    ],
  };
}

/** `misconfigured` needs a change by an operator; `failing` may recover by itself. */
function stateOf(outcome: Outcome & { readonly check: string; readonly wrong: readonly string[] }) {
  const { check, ok, error, wrong } = outcome;
  const isWrong = error instanceof ProviderMisconfigured || (ok && wrong.length > 0);
  if (check === 'okta' && isWrong) return 'misconfigured';
  return ok ? 'ok' : 'failing';
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

/** @throws the error of the last load */
async function checkKeys(keys: KeySet): Promise<void> {
  if (!(await keys.ready())) throw keys.failure();
}

/** @throws as `RedisHealth`, and Error if Redis works but events do not arrive */
async function checkSharedEvents(health: RedisHealth, events: AccountEventBus): Promise<void> {
  await health.check();
  if (events.status() === 'disconnected')
    throw new Error('The events of other processes do not arrive.');
}

/** @throws Error if revocations at Okta are not received */
async function checkFeed(feed: RevocationFeed): Promise<void> {
  if (feed.lagSeconds() === null) throw new Error("Okta's System Log has not been read lately.");
}
