import type { Org } from '../org.ts';
import { newToken } from '../store/ids.ts';

/** Okta's figures (developer.okta.com/docs/guides/dpop, Configure DPoP). */
const renewedAfterMs = 24 * 3_600_000;
const acceptedForMs = 3 * renewedAfterMs;

/** The nonce that answers of /token name. */
export function currentNonce({ store, now }: Org): string {
  const isFresh = ([, expiresAt]: [string, number]) =>
    expiresAt - now() > acceptedForMs - renewedAfterMs;
  const fresh = [...store.proofNonces].find(isFresh);
  if (fresh !== undefined) return fresh[0];
  const nonce = newToken(32);
  store.proofNonces.set(nonce, now() + acceptedForMs);
  return nonce;
}

export function acceptsNonce({ store, now }: Org, nonce: unknown): boolean {
  return typeof nonce === 'string' && (store.proofNonces.get(nonce) ?? 0) > now();
}
