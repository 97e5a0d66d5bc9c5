import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { readKey } from '../../config/private-key.ts';
import { bareValue, type Environment } from '../../config/settings.ts';
import type { VariableName } from '../../config/variables.ts';
import type { PublicKey } from '../../org/resources/apps.ts';

/** A key pair of one app. */
export interface AppKey {
  readonly publicKey: PublicKey;
  /** A PEM in base64: one line, and no character that a shell or a container runtime would change. */
  readonly privateKey: string;
  /** False: the settings have it already. */
  readonly isNew: boolean;
}

/** That of the settings, so that a second run changes nothing; otherwise a new one. */
export async function appKey(
  env: Environment,
  keyName: VariableName,
  keyIdName: VariableName,
): Promise<AppKey> {
  const read = readKey(bareValue(env, keyName));
  if (!read.ok || read.key.asymmetricKeyType !== 'rsa') return newKey();
  const keyId = bareValue(env, keyIdName) || read.keyId;
  return { ...(await keyOf(read.key, keyId)), isNew: false };
}

async function newKey(): Promise<AppKey> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...(await keyOf(privateKey, null)), isNew: true };
}

/** @param keyId null takes the thumbprint of the key (RFC 7638) */
async function keyOf(key: KeyObject, keyId: string | null): Promise<Omit<AppKey, 'isNew'>> {
  const { n = '', e = '' } = createPublicKey(key).export({ format: 'jwk' });
  const kid = keyId ?? (await calculateJwkThumbprint({ kty: 'RSA', n, e }));
  const pem = key.export({ type: 'pkcs8', format: 'pem' }).toString();
  return {
    publicKey: { kty: 'RSA', kid, n, e },
    privateKey: Buffer.from(pem).toString('base64'),
  };
}
