import type { ServingConfig } from '../config.ts';
import { createTokenCheck } from '../config-checks/check-tokens.ts';
import { createDpopWatch } from '../config-checks/dpop.ts';
import { createFindings, type Findings } from '../config-checks/findings.ts';
import type { Notices } from '../config-checks/notices.ts';
import { createRedisNotices } from '../config-checks/redis-notices.ts';
import type { EmbeddedOkta } from '../embedded/handle.ts';
import type { AccountEventBus } from '../events/bus.ts';
import { createPublishNow, type PublishNow, sessionsEndedEvent } from '../events/publish.ts';
import type { Log } from '../logging/log.ts';
import type { Upstream } from '../okta/http/admission.ts';
import type { DpopOf } from '../okta/oauth/dpop.ts';
import type { OnTokens } from '../okta/oauth/token-endpoints.ts';
import { createOktaProvider } from '../okta/provider.ts';
import type { OnRecoveryMail } from '../okta/recovery/recovery-mail.ts';
import type { OktaCallRecord } from '../okta/wire/call-record.ts';
import { createProfiles } from '../profiles/profiles.ts';
import type { RedisConnection } from '../redis/client.ts';
import type { Ledger } from '../refresh/ledger.ts';
import { createRefreshes } from '../refresh/refreshes.ts';
import { createBackground } from '../server/background.ts';
import type { ProviderCalls } from '../server/observability/provider-calls.ts';
import type { TokenVerifier } from '../tokens/token/model.ts';
import { createTransactions } from '../transactions/transactions.ts';
import { createLimitsFor } from './account-limits.ts';
import { createAttempts } from './attempts.ts';
import { createLedger, patienceOf } from './ledger.ts';
import { createLocalState } from './local-state.ts';
import { reportMissingScopes } from './missing-scopes.ts';
import type { OktaEventFeed } from './okta-events.ts';
import { logRefusedMails, reportRecoveryPolicy } from './recovery-mails.ts';
import { createTokenVerification } from './token-verification.ts';

export interface Dependencies {
  readonly log: Log;
  /** Hashes the subjects of limits, and addresses in the audit log. */
  readonly hashingKey: Uint8Array;
  /** Identifies this start of the program, whose workers log each finding once. */
  readonly programId: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** The seed of the embedded org; null for a real org, which is checked. */
  readonly seeded: EmbeddedOkta['seeded'] | null;
}

interface ServiceDependencies extends Dependencies {
  readonly providerCalls: ProviderCalls;
  readonly observe: (call: OktaCallRecord) => void;
  readonly redis: RedisConnection | null;
  readonly events: AccountEventBus;
  readonly feed: OktaEventFeed;
  readonly upstream: Upstream;
  readonly dpop: DpopOf;
  /** Null when metrics are turned off. */
  readonly countMail: OnRecoveryMail | null;
}

/** Creates the services that all requests share. */
export function createServices(config: ServingConfig, dependencies: ServiceDependencies) {
  const { log, hashingKey, now, redis } = dependencies;
  const { providerCalls, events, feed, seeded } = dependencies;
  const { okta, secrets } = config;
  const { requestTimeoutMs } = config.server;
  const own = createLocalState(config, now);
  const notices = createNoticesOf(config, { ...dependencies, own: own.notices });
  const ledger = createLedger(config, { own: own.ledger, redis, log });
  const publishNow = createPublishNow(events, now);
  const findings = createFindings({ log, notices });
  const dpopWatch = createDpopWatch(findings, okta.clientId);
  let checkTokens: OnTokens = () => undefined;
  const identity = createIdentity(config, {
    ...dependencies,
    ledger,
    publishNow,
    findings,
    // The check is created later, since it needs this provider.
    onTokens: (tokens, by) => {
      dpopWatch.issued();
      checkTokens(tokens, by);
    },
    onDpopDemanded: dpopWatch.demanded,
  });
  const profiles = createProfiles({
    findUsers: identity.findUsers,
    ttlSeconds: config.profiles.ttlSeconds,
    batchSize: okta.userBatchSize,
    timeoutMs: requestTimeoutMs,
    publishChange: (userId) => publishNow([{ kind: 'PROFILE_CHANGED', userId }]),
    now,
  });
  events.subscribe(profiles.apply);
  const { introspect } = identity;
  const verification = createTokenVerification(config, { introspect, events, feed, log, now });
  const checking = { verifier: verification.verifier, findings, now };
  if (seeded === null) checkTokens = createTokenCheckOf(config, checking);
  return {
    identity,
    profiles,
    publishNow,
    ...verification,
    findings,
    notices,
    transactions: createTransactions({
      keys: () => secrets().sealingKeys,
      client: `${okta.issuer} ${okta.clientId}`,
      attempts: createAttempts({ own: own.steps, redis, log, patienceMs: patienceOf(config), now }),
      now,
    }),
    limits: createLimitsFor(config, { own: own.counters, redis, hashingKey, log }),
    refreshes: createRefreshes({ identity, ledger, now, deadlineMs: requestTimeoutMs }),
    cacheSizes: own.sizes,
    background: createBackground({ log, providerCalls, timeoutMs: requestTimeoutMs }),
  };
}

/** One process logs what it finds itself; the workers of a program log each finding once. */
function createNoticesOf(
  { workers }: ServingConfig,
  {
    own,
    redis,
    programId,
  }: {
    readonly own: Notices;
    readonly redis: RedisConnection | null;
    readonly programId: string;
  },
): Notices {
  return workers === 1 || redis === null ? own : createRedisNotices({ redis, own }, programId);
}

function createTokenCheckOf(
  { okta, secrets, server }: ServingConfig,
  parts: {
    readonly verifier: TokenVerifier;
    readonly findings: Findings;
    readonly now: () => number;
  },
): OnTokens {
  const credentials = () => secrets().okta;
  return createTokenCheck({ ...parts, okta, credentials, timeoutMs: server.requestTimeoutMs });
}

interface IdentityDependencies
  extends Pick<ServiceDependencies, 'now' | 'observe' | 'upstream' | 'dpop' | 'log' | 'countMail'> {
  readonly ledger: Ledger;
  readonly publishNow: PublishNow;
  readonly findings: Findings;
  readonly onTokens: OnTokens;
  readonly onDpopDemanded: () => void;
}

/**
 * The provider, with every end of a session published to the refresh ledger and to the token checks.
 */
function createIdentity({ okta }: ServingConfig, dependencies: IdentityDependencies) {
  const { ledger, publishNow, findings, now, log, countMail } = dependencies;
  const { observe, upstream, dpop, onTokens, onDpopDemanded } = dependencies;
  return createOktaProvider(okta, {
    now,
    observe,
    upstream,
    dpop,
    onTokens,
    onDpopDemanded,
    onMissingScopes: reportMissingScopes(findings),
    onRecoveryMail: logRefusedMails(log, countMail),
    onRecoveryPolicy: reportRecoveryPolicy(findings, okta),
    onSessionsEnded: async (ended, certain) => {
      await Promise.all([
        ledger.endSessions(ended, now()),
        publishNow([sessionsEndedEvent(ended, certain)]),
      ]);
    },
  });
}
