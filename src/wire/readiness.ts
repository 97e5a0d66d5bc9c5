import { untilAborted } from '../async/until-aborted.ts';
import { isOrgServer, type OktaConfig } from '../config.ts';
import type { AccountEventBus } from '../events/bus.ts';
import { ProviderMisconfigured } from '../identity/errors.ts';
import type { IdentityProvider } from '../identity/port.ts';
import type { ReadinessReport } from '../server/http/readiness.ts';
import { failureOf } from '../server/observability/failure.ts';
import type { Findings } from '../setup/findings.ts';
import type { KeySet } from '../tokens/keys/key-set.ts';
import type { RevocationFeed } from '../tokens/token/model.ts';
import type { RedisHealth } from './redis-health.ts';

/** Within this a probe has its answer, whatever Okta does. */
const readinessMs = 2_000;

/** Without them everything works, if with more calls to Okta, and no other process would do better. */
const onlyTold: readonly string[] = ['redis', 'feed'];
/** Loaded keys can judge tokens without Okta; where there are none, the check `keys` fails. */
const onlyToldWithKeys: readonly string[] = [...onlyTold, 'okta'];

/** Whether everything is there that an answer may need. */
export async function readiness({
  okta,
  identity,
  keys,
  redisHealth,
  events,
  feed,
  findings,
}: {
  readonly okta: OktaConfig;
  readonly identity: IdentityProvider;
  readonly keys: KeySet;
  readonly redisHealth: RedisHealth | null;
  readonly events: AccountEventBus;
  /** Null: Okta's System Log is not read. */
  readonly feed: RevocationFeed | null;
  readonly findings: Findings;
}): Promise<ReadinessReport> {
  const signal = AbortSignal.timeout(readinessMs);
  const call = { requestId: 'readiness', signal, shopper: null };
  const checks = {
    // A process whose configuration is not good has ended before anybody could ask.
    config: passed,
    okta: outcomeOf(identity.ping(call)),
    // Tokens of the org authorization server are introspected: there are no keys to wait for.
    keys: isOrgServer(okta) ? passed : outcomeOf(untilAborted(loaded(keys), signal)),
    ...(redisHealth === null ? {} : { redis: outcomeOf(shared(redisHealth, events)) }),
    ...(feed === null ? {} : { feed: outcomeOf(isRead(feed)) }),
  };
  const outcomes = await Promise.all(
    Object.entries(checks).map(async ([check, outcome]) => ({ check, ...(await outcome) })),
  );
  const failing = outcomes.filter(({ ok }) => !ok);
  const wrong = findings.misconfigured();
  const mayFail = isOrgServer(okta) ? onlyTold : onlyToldWithKeys;
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

/** `misconfigured` needs a change by an operator; `failing` may pass by itself. */
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

/** @throws what the last load failed with */
async function loaded(keys: KeySet): Promise<void> {
  if (!(await keys.ready())) throw keys.failure();
}

/** @throws as `RedisHealth`, and Error where Redis works but events do not arrive */
async function shared(health: RedisHealth, events: AccountEventBus): Promise<void> {
  await health.check();
  if (events.status() === 'disconnected')
    throw new Error('The events of other processes do not arrive.');
}

/** @throws Error where revocations at Okta are not received */
async function isRead(feed: RevocationFeed): Promise<void> {
  if (feed.lagSeconds() === null) throw new Error("Okta's System Log has not been read lately.");
}
