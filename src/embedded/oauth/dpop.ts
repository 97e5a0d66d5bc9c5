import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import {
  calculateJwkThumbprint,
  compactVerify,
  decodeJwt,
  decodeProtectedHeader,
  EmbeddedJWK,
  errors,
  type JWTPayload,
} from 'jose';
import { type EmbeddedEnv, OAuthError, UseDpopNonce } from '../http/responses.ts';
import { type ChallengeScheme, TokenChallenge } from '../http/token-challenge.ts';
import type { Org } from '../org.ts';
import { acceptsNonce, currentNonce } from './dpop-nonces.ts';

/** As the discovery documents of real orgs list them. */
export const dpopAlgorithms = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'];

/** How far `iat` may be from this org's clock. Okta does not publish its own figure. */
const toleranceSeconds = 300;

/**
 * The thumbprint of the key that the tokens of this request are bound to; null for a request without
 * a proof by an app that may do without.
 * @throws OAuthError invalid_dpop_proof, or UseDpopNonce
 */
export async function keyOfTokenRequest(
  org: Org,
  c: Context<EmbeddedEnv>,
  isRequired: boolean,
): Promise<string | null> {
  const proof = c.req.header('dpop');
  if (proof === undefined && !isRequired) return null;
  const refuse = (text: string) => new OAuthError(400, 'invalid_dpop_proof', text);
  const { claims, jkt } = await verify(org, c, { proof, refuse });
  if (!acceptsNonce(org, claims['nonce'])) throw new UseDpopNonce(currentNonce(org));
  useOnce(org, { claims, jkt, refuse });
  return jkt;
}

/** A token as a request to a resource presents it, after the token itself was found to be good. */
export interface PresentedToken {
  /** In lower case. */
  readonly scheme: string;
  readonly token: string;
  readonly claims: Readonly<Record<string, unknown>>;
  /** What the resource needs; null: it does not say. */
  readonly scope: string | null;
}

/**
 * RFC 9449 section 7: a bound token needs a proof by its own key. Okta asks for no nonce here
 * (developer.okta.com/docs/guides/dpop).
 * @throws TokenChallenge
 */
export async function requireProof(
  org: Org,
  c: Context<EmbeddedEnv>,
  { scheme, token, claims: { cnf }, scope }: PresentedToken,
): Promise<void> {
  const challenge = (by: ChallengeScheme, error: string, description: string) =>
    new TokenChallenge(by, {
      org: org.url(),
      scope,
      error,
      description,
      resource: c.req.path,
      algorithms: dpopAlgorithms,
    });
  const bound = keyIn(cnf);
  if (bound === null) {
    if (scheme !== 'dpop') return;
    throw challenge('DPoP', 'invalid_token', 'The access token is not bound to a DPoP key.');
  }
  if (scheme !== 'dpop') {
    throw challenge('Bearer', 'invalid_request', 'The resource request requires a DPoP proof.');
  }
  const refuse = (text: string) => challenge('DPoP', 'invalid_dpop_proof', text);
  const { claims, jkt } = await verify(org, c, { proof: c.req.header('dpop'), refuse });
  if (claims['ath'] !== createHash('sha256').update(token).digest('base64url')) {
    throw refuse(claimText('ath'));
  }
  if (jkt !== bound) {
    throw refuse('The access token is bound to another key than that of the DPoP proof JWT.');
  }
  useOnce(org, { claims, jkt, refuse });
}

/** The thumbprint that `cnf` names (RFC 9449 section 6.1). */
function keyIn(cnf: unknown): string | null {
  const jkt = (cnf as { jkt?: unknown } | undefined)?.jkt;
  return typeof jkt === 'string' ? jkt : null;
}

type Refuse = (description: string) => Error;

interface Verified {
  readonly claims: JWTPayload;
  readonly jkt: string;
}

/** RFC 9449 section 4.3 but for what differs between /token and resources. */
async function verify(
  org: Org,
  c: Context<EmbeddedEnv>,
  { proof, refuse }: { readonly proof: string | undefined; readonly refuse: Refuse },
): Promise<Verified> {
  if (proof === undefined) throw refuse('The DPoP proof JWT header is missing.');
  const { claims, jkt } = await verifySignature(proof, refuse);
  if (claims['htm'] !== c.req.method) throw refuse(claimText('htm'));
  if (!isSameUrl(claims['htu'], org.url() + c.req.path)) throw refuse(claimText('htu'));
  const { iat, jti } = claims;
  const age = org.now() / 1000 - (typeof iat === 'number' ? iat : Number.NaN);
  if (!(Math.abs(age) <= toleranceSeconds)) throw refuse(claimText('iat'));
  if (jti !== undefined && typeof jti !== 'string') throw refuse(claimText('jti'));
  return { claims, jkt };
}

async function verifySignature(proof: string, refuse: Refuse): Promise<Verified> {
  try {
    const { typ, jwk } = decodeProtectedHeader(proof);
    if (typ !== 'dpop+jwt' || jwk === undefined) throw new errors.JWTInvalid();
    // It refuses private and symmetric keys.
    await compactVerify(proof, EmbeddedJWK, { algorithms: dpopAlgorithms });
    return { claims: decodeJwt(proof), jkt: await calculateJwkThumbprint(jwk) };
  } catch {
    // What is in a header may also make the parsing of a key throw plain errors.
    throw refuse('The DPoP proof JWT is invalid.');
  }
}

/** After the schemes have been normalized (RFC 3986 section 6); a query makes another URL of it. */
function isSameUrl(htu: unknown, url: string): boolean {
  return typeof htu === 'string' && URL.canParse(htu) && new URL(htu).href === new URL(url).href;
}

function useOnce(org: Org, { claims, jkt, refuse }: Verified & { readonly refuse: Refuse }): void {
  const { jti, iat = 0 } = claims;
  if (jti === undefined) throw refuse(claimText('jti'));
  const key = `${jkt} ${jti}`;
  if (org.store.proofIds.has(key)) throw refuse('The DPoP proof JWT has already been used.');
  org.store.proofIds.set(key, (iat + toleranceSeconds) * 1000);
}

function claimText(name: string): string {
  return `'${name}' claim in the DPoP proof JWT is invalid.`;
}
