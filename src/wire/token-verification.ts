import type { ServingConfig } from '../config.ts';
import type { AccountEventBus } from '../events/bus.ts';
import type { Log } from '../logging/log.ts';
import { failureOf } from '../server/observability/failure.ts';
import { fetchKeysFrom, keysUrl } from '../tokens/keys/jwks.ts';
import { createKeySet } from '../tokens/keys/key-set.ts';
import { createRevocations } from '../tokens/revocation/revocations.ts';
import type { Introspect } from '../tokens/verify/introspection-cache.ts';
import { createTokenVerifier } from '../tokens/verify/verifier.ts';
import type { OktaEventFeed } from './okta-events.ts';

interface Dependencies {
  readonly introspect: Introspect;
  readonly events: AccountEventBus;
  readonly feed: OktaEventFeed;
  readonly log: Log;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Verification of access tokens, by the keys of the issuer and by known revocations. */
export function createTokenVerification(
  { okta, server }: ServingConfig,
  { introspect, events, feed, log, now }: Dependencies,
) {
  const revocations = createRevocations({ now });
  events.subscribe(revocations.apply);
  const keys = createKeySet({
    fetchKeys: fetchKeysFrom(keysUrl(okta)),
    now,
    onFailure: (cause) =>
      log.warn(
        { event: 'keys_unavailable', failure: failureOf(cause) },
        'The signing keys of the issuer could not be loaded.',
      ),
  });
  const verifier = createTokenVerifier(okta, {
    introspect,
    keys,
    revocations,
    feed,
    timeoutMs: server.requestTimeoutMs,
    now,
  });
  return { keys, verifier };
}
