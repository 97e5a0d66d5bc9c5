import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { calculateJwkThumbprint, exportJWK, type JWK } from 'jose';

/** RS256 only, as Okta. */
export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly publicJwk: JWK;
}

/** A key pair takes a tenth of a second or more, so all but the management app's are made on first use. */
export interface Keys {
  /** The ACTIVE key of an authorization server; the org server's signs ID tokens only. */
  signing(serverId: string): Promise<SigningKey>;
  /** ACTIVE, NEXT (so that verifiers have it before its first signature) and retired ones. */
  published(serverId: string): Promise<SigningKey[]>;
  /** Signs the org server's access tokens; Okta does not publish this one, so neither does the org. */
  orgAccessTokens(): Promise<SigningKey>;
  /** The management app's own key for private_key_jwt. */
  readonly managementApp: SigningKey;
  /** NEXT becomes ACTIVE; the old key stays published. */
  rotateOf(serverId: string): Promise<void>;
  /** NEXT becomes ACTIVE everywhere; the old key stays published. */
  rotate(): Promise<void>;
  retireOld(): void;
  keep(): Promise<KeptKeys>;
}

/** Private keys as PEM (PKCS #8), as far as they have been made. */
export interface KeptKeys {
  readonly sets: Readonly<Record<string, KeptKeySet>>;
  readonly orgAccessTokens: string | null;
  readonly managementApp: string;
}

interface KeptKeySet {
  readonly active: string;
  readonly next: string;
  readonly retired: readonly string[];
}

interface KeySet {
  active: SigningKey;
  next: SigningKey;
}

/** Where new key pairs come from: RSA, 2048 bits. */
export type GenerateRsaKey = () => Promise<KeyObject>;

export const generateRsaKey: GenerateRsaKey = async () =>
  (await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })).privateKey;

/** @throws for kept keys that are no PEM private keys */
export async function createKeys(
  kept: KeptKeys | null,
  generateRsaKey: GenerateRsaKey,
): Promise<Keys> {
  const generateKey = async () => signingKey(await generateRsaKey());
  const managementApp = await (kept === null ? generateKey() : restore(kept.managementApp));
  const keptOrgKey = kept?.orgAccessTokens ?? null;
  let orgAccessTokens = keptOrgKey === null ? null : Promise.resolve(await restore(keptOrgKey));
  const servers = await createKeySets(kept?.sets ?? {}, generateKey);
  return {
    managementApp,
    ...servers,
    orgAccessTokens() {
      orgAccessTokens ??= generateKey();
      return orgAccessTokens;
    },
    keep: async () => ({
      sets: await servers.keepSets(),
      orgAccessTokens: orgAccessTokens === null ? null : pem(await orgAccessTokens),
      managementApp: pem(managementApp),
    }),
  };
}

async function createKeySets(kept: KeptKeys['sets'], generateKey: () => Promise<SigningKey>) {
  const sets = new Map<string, Promise<KeySet>>();
  const retired = new Map<string, SigningKey[]>();
  for (const [id, set] of Object.entries(kept)) {
    sets.set(id, Promise.resolve(await keySet(restore(set.active), restore(set.next))));
    retired.set(id, await Promise.all(set.retired.map(restore)));
  }

  function setOf(serverId: string): Promise<KeySet> {
    const set = sets.get(serverId) ?? keySet(generateKey(), generateKey());
    sets.set(serverId, set);
    return set;
  }

  async function rotateOf(serverId: string): Promise<void> {
    const set = await setOf(serverId);
    const next = await generateKey();
    retired.set(serverId, [...(retired.get(serverId) ?? []), set.active]);
    set.active = set.next;
    set.next = next;
  }

  return {
    signing: async (serverId: string) => (await setOf(serverId)).active,
    async published(serverId: string) {
      const { active, next } = await setOf(serverId);
      return [active, next, ...(retired.get(serverId) ?? [])];
    },
    rotateOf,
    async rotate() {
      for (const id of sets.keys()) await rotateOf(id);
    },
    retireOld: () => retired.clear(),
    async keepSets() {
      const entries = [...sets].map(async ([id, promised]) => {
        const { active, next } = await promised;
        const old = (retired.get(id) ?? []).map(pem);
        return [id, { active: pem(active), next: pem(next), retired: old }] as const;
      });
      return Object.fromEntries(await Promise.all(entries));
    },
  };
}

async function keySet(active: Promise<SigningKey>, next: Promise<SigningKey>): Promise<KeySet> {
  const [first, second] = await Promise.all([active, next]);
  return { active: first, next: second };
}

// Async all through, so that text that is no key rejects instead of throwing.
async function restore(text: string): Promise<SigningKey> {
  return signingKey(createPrivateKey(text));
}

async function signingKey(privateKey: KeyObject): Promise<SigningKey> {
  const publicKey = createPublicKey(privateKey);
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { kid, privateKey, publicKey, publicJwk: { ...jwk, kid, alg: 'RS256', use: 'sig' } };
}

export function pem(key: SigningKey): string {
  return key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
