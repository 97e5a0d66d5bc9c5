import { constants, createHmac, sign as signBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TokenInvalidReason } from '../../../src/tokens/token/model.ts';
import {
  claimsOf,
  context,
  encode,
  type Json,
  type Listener,
  listen,
  makeKey,
  type Rig,
  signToken,
  startRig,
  startSeconds,
} from '../issuer.ts';

const local = { freshness: 'LOCAL', from: 'CUSTOMERS', opaque: 'INTROSPECT' } as const;
const strangersKey = makeKey('strangers-key');
const weakKey = makeKey('weak-key', 1024);
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown) => unhandled.push(reason);

let rig: Rig;
let evil: Listener;

beforeAll(async () => {
  process.on('unhandledRejection', onUnhandled);
  rig = await startRig();
  rig.org.respond = (_request, response) => {
    response.end(JSON.stringify({ keys: [rig.key.jwk, weakKey.jwk] }));
  };
  evil = await listen((_request, response) => {
    response.end(JSON.stringify({ keys: [{ ...strangersKey.jwk, kid: rig.key.kid }] }));
  });
});

afterAll(async () => {
  process.off('unhandledRejection', onUnhandled);
  await Promise.all([rig.org.close(), evil.close()]);
});

const header = (changes: Json = {}): Json => ({ kid: rig.key.kid, alg: 'RS256', ...changes });
const claims = (changes: Json = {}): Json => claimsOf(rig.issuer, changes);
const token = (changes: Json = {}, head: Json = {}): string => rig.token(changes, head);
const without = (name: string): string => token({ [name]: undefined });
const input = (head: Json): string => `${encode(header(head))}.${encode(claims())}`;
const publicPem = () => rig.key.publicKey.export({ type: 'spki', format: 'pem' });
const [head, body, signature] = [0, 1, 2].map((part) => () => token().split('.')[part] ?? '') as [
  () => string,
  () => string,
  () => string,
];

function signedWith(alg: string, bytes: (data: Buffer) => Buffer): string {
  const data = input({ alg });
  return `${data}.${bytes(Buffer.from(data)).toString('base64url')}`;
}

/** The same bytes under another last character, whose low bits no decoder reads. */
function respelled(part: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(part.at(-1) ?? '');
  return part.slice(0, -1) + alphabet[last + 1];
}

type Attack = [name: string, forge: () => string, reason: TokenInvalidReason];

const algorithms: Attack[] = [
  ['alg none, unsigned', () => `${input({ alg: 'none' })}.`, 'MALFORMED'],
  [
    'alg none, with a signature',
    () => `${input({ alg: 'none' })}.${signature()}`,
    'UNSUPPORTED_ALGORITHM',
  ],
  ['alg None', () => token({}, { alg: 'None' }), 'UNSUPPORTED_ALGORITHM'],
  ['alg nOnE', () => token({}, { alg: 'nOnE' }), 'UNSUPPORTED_ALGORITHM'],
  ['alg rs256', () => token({}, { alg: 'rs256' }), 'UNSUPPORTED_ALGORITHM'],
  ['alg as an array', () => token({}, { alg: ['RS256'] }), 'UNSUPPORTED_ALGORITHM'],
  ['no alg', () => token({}, { alg: undefined }), 'UNSUPPORTED_ALGORITHM'],
  [
    'HS256 keyed with the public key',
    () => signedWith('HS256', (data) => createHmac('sha256', publicPem()).update(data).digest()),
    'UNSUPPORTED_ALGORITHM',
  ],
  [
    'RS384 by the right key',
    () => signedWith('RS384', (data) => signBytes('sha384', data, rig.key.privateKey)),
    'UNSUPPORTED_ALGORITHM',
  ],
  [
    'PS256 by the right key',
    () => signedWith('PS256', (data) => signBytes('sha256', data, pss())),
    'UNSUPPORTED_ALGORITHM',
  ],
  [
    'a PS256 signature that is called RS256',
    () => signedWith('RS256', (data) => signBytes('sha256', data, pss())),
    'BAD_SIGNATURE',
  ],
];
const pss = () => ({
  key: rig.key.privateKey,
  padding: constants.RSA_PKCS1_PSS_PADDING,
  saltLength: 32,
});

const keyGames: Attack[] = [
  ['a stranger’s signature', () => signToken(header(), claims(), strangersKey), 'BAD_SIGNATURE'],
  [
    'an embedded jwk',
    () => signToken(header({ jwk: strangersKey.jwk }), claims(), strangersKey),
    'BAD_SIGNATURE',
  ],
  [
    'jku, x5u and x5c of a stranger',
    () =>
      signToken(
        header({ jku: evil.url, x5u: evil.url, x5c: [encode('certificate')] }),
        claims(),
        strangersKey,
      ),
    'BAD_SIGNATURE',
  ],
  [
    'an unknown kid with jku',
    () => signToken(header({ kid: 'k', jku: evil.url }), claims(), strangersKey),
    'UNKNOWN_KEY',
  ],
  ['no kid', () => token({}, { kid: undefined }), 'UNKNOWN_KEY'],
  ['a kid that is a path', () => token({}, { kid: '../../../../dev/null' }), 'UNKNOWN_KEY'],
  ['a kid that is SQL', () => token({}, { kid: "' UNION SELECT 'key" }), 'UNKNOWN_KEY'],
  ['kid __proto__', () => token({}, { kid: '__proto__' }), 'UNKNOWN_KEY'],
  ['kid constructor', () => token({}, { kid: 'constructor' }), 'UNKNOWN_KEY'],
  ['a number as kid', () => token({}, { kid: 1 }), 'UNKNOWN_KEY'],
  ['a kid of 100 KB', () => token({}, { kid: 'k'.repeat(100_000) }), 'MALFORMED'],
  [
    'a published key of 1024 bits',
    () => signToken(header({ kid: weakKey.kid }), claims(), weakKey),
    'UNKNOWN_KEY',
  ],
];

const shapes: Attack[] = [
  ['the empty token', () => '', 'MALFORMED'],
  ['three empty parts', () => '..', 'MALFORMED'],
  ['header.payload', () => `${head()}.${body()}`, 'MALFORMED'],
  ['header.payload.', () => `${head()}.${body()}.`, 'MALFORMED'],
  ['a truncated signature', () => token().slice(0, -22), 'BAD_SIGNATURE'],
  ['a truncated payload', () => `${head()}.${body().slice(0, -9)}.${signature()}`, 'MALFORMED'],
  ['a payload that is an array', () => signToken(header(), '[]', rig.key), 'MALFORMED'],
  ['a header that is null', () => signToken('null', claims(), rig.key), 'MALFORMED'],
  ['a token of 1 MB', () => `${token()}${'A'.repeat(1_000_000)}`, 'MALFORMED'],
  ['a line break at the end', () => `${token()}\n`, 'MALFORMED'],
  ['a space in front', () => ` ${token()}`, 'MALFORMED'],
  ['padding', () => `${token()}==`, 'MALFORMED'],
  [
    'plain base64',
    () => `${head()}.${body()}.${Buffer.from(signature(), 'base64url').toString('base64')}`,
    'MALFORMED',
  ],
  ['another spelling of the signature', () => respelled(token()), 'MALFORMED'],
  ['a nested JWE', () => `${head()}..${body()}.${body()}.${signature()}`, 'MALFORMED'],
  ['JSON serialization', () => JSON.stringify({ payload: body(), signature: '' }), 'MALFORMED'],
  ['an unknown crit', () => token({}, { crit: ['exp'] }), 'MALFORMED'],
  ['unencoded payload (b64)', () => token({}, { crit: ['b64'], b64: false }), 'MALFORMED'],
  ['b64 without crit', () => token({}, { b64: false }), 'MALFORMED'],
  [
    'claims changed after signing',
    () => `${head()}.${encode(claims({ uid: '00u2' }))}.${signature()}`,
    'BAD_SIGNATURE',
  ],
];

const wrongClaims: Attack[] = [
  ['iss with a trailing slash', () => token({ iss: `${rig.issuer}/` }), 'WRONG_ISSUER'],
  ['iss of another server', () => token({ iss: `${rig.org.url}/oauth2/x` }), 'WRONG_ISSUER'],
  ['iss of the org server', () => token({ iss: rig.org.url }), 'WRONG_ISSUER'],
  ['iss as an array', () => token({ iss: [rig.issuer] }), 'WRONG_ISSUER'],
  ['no iss', () => without('iss'), 'WRONG_ISSUER'],
  ['another aud', () => token({ aud: 'api://other' }), 'WRONG_AUDIENCE'],
  ['an aud that goes on', () => token({ aud: 'api://default.evil.example' }), 'WRONG_AUDIENCE'],
  ['an aud that stops short', () => token({ aud: 'api://' }), 'WRONG_AUDIENCE'],
  ['an array of other auds', () => token({ aud: ['api://a', 'api://b'] }), 'WRONG_AUDIENCE'],
  ['no aud', () => without('aud'), 'MISSING_CLAIM'],
  ['another cid', () => token({ cid: 'other-app' }), 'WRONG_CLIENT'],
  ['cid as an array', () => token({ cid: ['web-app'] }), 'MISSING_CLAIM'],
  ['no cid', () => without('cid'), 'MISSING_CLAIM'],
  ['no sub', () => without('sub'), 'MISSING_CLAIM'],
  ['an empty sub', () => token({ sub: '' }), 'MISSING_CLAIM'],
  ['no uid', () => without('uid'), 'MISSING_CLAIM'],
  ['no scp', () => without('scp'), 'MISSING_CLAIM'],
  ['scp as a string', () => token({ scp: 'openid' }), 'MISSING_CLAIM'],
  ['no exp', () => without('exp'), 'MISSING_CLAIM'],
  ['no iat', () => without('iat'), 'MISSING_CLAIM'],
  ['exp as a string', () => token({ exp: `${startSeconds + 3600}` }), 'MISSING_CLAIM'],
  ['exp 1e308', () => token({ exp: 1e308 }), 'MALFORMED'],
  ['exp in ten years', () => token({ exp: startSeconds + 10 * 365 * 86_400 }), 'MALFORMED'],
  ['a life before all dates', () => token({ iat: -1e13 - 60, exp: -1e13 }), 'EXPIRED'],
  ['exp before iat', () => token({ exp: startSeconds - 1 }), 'MALFORMED'],
  ['expired', () => token({ iat: startSeconds - 7200, exp: startSeconds - 3600 }), 'EXPIRED'],
  ['nbf to come', () => token({ nbf: startSeconds + 300 }), 'NOT_YET_VALID'],
  [
    'iat to come',
    () => token({ iat: startSeconds + 300, exp: startSeconds + 3600 }),
    'NOT_YET_VALID',
  ],
  ['typ of a logout token', () => token({}, { typ: 'logout+jwt' }), 'WRONG_TYPE'],
  ['typ of a DPoP proof', () => token({}, { typ: 'dpop+jwt' }), 'WRONG_TYPE'],
  ['typ as a number', () => token({}, { typ: 7 }), 'WRONG_TYPE'],
  ['a token bound to a DPoP key', () => token({ cnf: { jkt: 'thumbprint' } }), 'WRONG_TYPE'],
  [
    'an ID token',
    () =>
      token({
        aud: 'web-app',
        cid: undefined,
        scp: undefined,
        uid: undefined,
        sub: '00u1',
        jti: 'ID.1',
        amr: ['pwd'],
      }),
    'WRONG_TYPE',
  ],
];

describe.each([
  ['algorithms', algorithms],
  ['keys', keyGames],
  ['shape', shapes],
  ['claims', wrongClaims],
])('%s', (_group, attacks) => {
  it.each(attacks)('refuses %s', async (_name, forge, reason) => {
    // When a load for an unknown key is due again.
    if (reason === 'UNKNOWN_KEY') rig.clock.now += 30_000;
    const verdict = await rig.verifier.verify(forge(), local, context);
    expect(verdict).toMatchObject({ active: false, reason, checkedBy: 'LOCAL' });
  });

  it('still accepts a good token', async () => {
    expect(await rig.verifier.verify(token(), local, context)).toMatchObject({ active: true });
  });
});

it('makes no request for any of them: to no key address of a header, and to no issuer', async () => {
  const forged = [...algorithms, ...keyGames, ...shapes, ...wrongClaims];
  const freshness = 'INTROSPECT';
  rig.org.hits = 0;
  for (const [, forge] of forged) {
    await rig.verifier.verify(forge(), { ...local, freshness }, context);
  }
  expect(forged.length).toBeGreaterThan(70);
  expect(evil.hits).toBe(0);
  expect(rig.introspected).toEqual([]);
  expect(rig.org.hits).toBeLessThanOrEqual(2);
  await new Promise(setImmediate);
  expect(unhandled).toEqual([]);
});

it('refuses a token of 1 MB in less than 5 ms', async () => {
  const huge = `${token()}${'A'.repeat(1_000_000)}`;
  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const before = performance.now();
    await rig.verifier.verify(huge, local, context);
    times.push(performance.now() - before);
  }
  expect(Math.min(...times)).toBeLessThan(5);
});
