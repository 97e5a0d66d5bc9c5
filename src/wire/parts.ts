import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { WorkerShare } from '../cluster/worker-share.ts';
import type { AccountEvents } from '../coherence/account-events.ts';
import { type Announce, createAnnounce } from '../coherence/announce.ts';
import { ofEndedSessions } from '../coherence/ended-sessions.ts';
import type { ServingConfig } from '../config.ts';
import type { OktaCall } from '../okta/call.ts';
import type { OnOwnerMail } from '../okta/owner-mail.ts';
import { createOktaProvider } from '../okta/provider.ts';
import type { Upstream } from '../okta/upstream.ts';
import { createProfiles } from '../profiles/profiles.ts';
import type { Ledger } from '../refresh/ledger.ts';
import { createRefreshes } from '../refresh/refreshes.ts';
import { createBackground } from '../server/background.ts';
import type { ProviderCalls } from '../server/provider-calls.ts';
import { ownerOf } from '../tokens/fresh-token.ts';
import { createTransactions } from '../tokens/transactions.ts';
import { createLimitsFor } from './account-limits.ts';
import type { Feed } from './feed.ts';
import { createLedger } from './ledger.ts';
import { missingScopesTo } from './missing-scopes.ts';
import { createOwnMemories } from './own-memories.ts';
import { ownerMailsTo, recoveryPolicyTo } from './owner-mails.ts';
import { createTokenVerification } from './token-verification.ts';

export interface Dependencies {
  readonly log: Logger;
  /** Hashes what is counted by, and addresses for the audit log, until the end. */
  readonly hashingKey: Uint8Array;
  /** What the workers of one program share; null where this process is the only one. */
  readonly workers: WorkerShare | null;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

interface PartsDependencies extends Dependencies {
  readonly providerCalls: ProviderCalls;
  readonly observe: (call: OktaCall) => void;
  readonly redis: Redis | null;
  readonly events: AccountEvents;
  readonly feed: Feed;
  readonly upstream: Upstream;
  /** Null: mails are not counted. */
  readonly countMail: OnOwnerMail | null;
}

/** What every request shares, and what it is made of. */
export function createParts(config: ServingConfig, dependencies: PartsDependencies) {
  const { log, hashingKey, now, workers, redis } = dependencies;
  const { providerCalls, events, feed } = dependencies;
  const { okta, secrets } = config;
  const { requestTimeoutMs } = config.server;
  const own = workers ?? createOwnMemories(config, now);
  const ledger = createLedger(config, { own: own.ledger, redis, log });
  const announce = createAnnounce(events, now);
  const identity = createIdentity(config, { ...dependencies, ledger, announce });
  const profiles = createProfiles({
    findUsers: identity.findUsers,
    ttlSeconds: config.profiles.ttlSeconds,
    batchSize: okta.userBatchSize,
    timeoutMs: requestTimeoutMs,
    announce: (userId) => announce([{ kind: 'PROFILE_CHANGED', userId }]),
    now,
  });
  events.subscribe(profiles.apply);
  return {
    identity,
    profiles,
    announce,
    ...createTokenVerification(config, { introspect: identity.introspect, events, feed, log, now }),
    transactions: createTransactions({
      keys: () => secrets().sealingKeys,
      client: `${okta.issuer} ${okta.clientId}`,
      book: own.steps,
      now,
    }),
    limits: createLimitsFor(config, { own: own.counters, redis, hashingKey, log }),
    refreshes: createRefreshes({ identity, ledger, ownerOf, now, deadlineMs: requestTimeoutMs }),
    cacheSizes: own.sizes,
    background: createBackground({ log, providerCalls, timeoutMs: requestTimeoutMs }),
  };
}

interface IdentityDependencies
  extends Pick<PartsDependencies, 'now' | 'observe' | 'upstream' | 'log' | 'countMail'> {
  readonly ledger: Ledger;
  readonly announce: Announce;
}

/** Okta, where whatever ends a session is told to those who refresh it, and to those who check its tokens. */
function createIdentity(
  { okta }: ServingConfig,
  { ledger, announce, now, observe, upstream, log, countMail }: IdentityDependencies,
) {
  return createOktaProvider(okta, {
    now,
    observe,
    upstream,
    onMissingScopes: missingScopesTo(log),
    onOwnerMail: ownerMailsTo(log, countMail),
    onRecoveryPolicy: recoveryPolicyTo(log, okta.logInFlow),
    onSessionsEnded: async (ended, certain) => {
      await Promise.all([
        ledger.endSessions(ended, now()),
        announce([ofEndedSessions(ended, certain)]),
      ]);
    },
  });
}
