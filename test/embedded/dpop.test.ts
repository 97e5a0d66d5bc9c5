import { createHash } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedOkta, SeedClient } from '../../src/embedded/handle.ts';
import { basicOf, clientLike, decode, type Reply, readReply } from './oauth-calls.ts';
import { startOkta } from './start.ts';

const day = 24 * 3_600_000;
const app = clientLike({ clientId: '0oa1bound00000000001', requiresDpop: true });
const free = clientLike({ clientId: '0oa1free000000000001' });
/** Of the org server, so that its tokens open the management API. */
const scope = 'openid offline_access';

let okta: EmbeddedOkta;
let clock = Date.now();
let keyPair: Awaited<ReturnType<typeof generateKeyPair>>;
let header: Record<string, unknown>;
beforeAll(async () => {
  okta = await startOkta({
    now: () => clock,
    perUsernamePerSecond: 1_000,
    seed: { clients: [app, free] },
  });
  keyPair = await generateKeyPair('ES256', { extractable: true });
  header = { alg: 'ES256', typ: 'dpop+jwt', jwk: await exportJWK(keyPair.publicKey) };
});

let proofs = 0;
interface Changes {
  readonly header?: Record<string, unknown>;
  readonly claims?: JWTPayload;
  readonly key?: CryptoKey;
}

function proof(htm: string, htu: string, changes: Changes = {}): Promise<string> {
  proofs += 1;
  const claims = { htm, htu, iat: Math.floor(clock / 1000), jti: `proof-${proofs}` };
  return new SignJWT({ ...claims, ...changes.claims })
    .setProtectedHeader({ alg: 'ES256', ...header, ...changes.header })
    .sign(changes.key ?? keyPair.privateKey);
}

const tokenUrl = () => `${okta.url}/oauth2/v1/token`;

async function askToken(
  dpop: string | null,
  fields: Record<string, string> = {},
  client: SeedClient = app,
): Promise<Reply> {
  const { email, password } = okta.seeded.customer;
  const grant = { grant_type: 'password', username: email, password, scope, ...fields };
  return readReply(
    await fetch(tokenUrl(), {
      method: 'POST',
      headers: {
        authorization: basicOf(client),
        'content-type': 'application/x-www-form-urlencoded',
        ...(dpop !== null && { dpop }),
      },
      body: new URLSearchParams(grant).toString(),
    }),
  );
}

async function nonce(): Promise<string> {
  const reply = await askToken(await proof('POST', tokenUrl()));
  return reply.headers.get('dpop-nonce') ?? '';
}

async function boundToken(changes: Changes = {}): Promise<Reply> {
  const claims = { nonce: await nonce(), ...changes.claims };
  return askToken(await proof('POST', tokenUrl(), { ...changes, claims }));
}

const refusal = ({ status, body }: Reply) => [status, body['error'], body['error_description']];
const bad = (text: string) => [400, 'invalid_dpop_proof', text];
const badClaim = (name: string) => bad(`'${name}' claim in the DPoP proof JWT is invalid.`);

describe('a token request of an app that demands DPoP', () => {
  it('needs a proof, and its nonce in it', async () => {
    const without = await askToken(null);
    expect(refusal(without)).toEqual(bad('The DPoP proof JWT header is missing.'));
    expect(without.headers.get('dpop-nonce')).toBeNull();
    const first = await askToken(await proof('POST', tokenUrl()));
    expect(refusal(first)).toEqual([
      400,
      'use_dpop_nonce',
      'Authorization server requires nonce in DPoP proof.',
    ]);
    const named = first.headers.get('dpop-nonce') ?? '';
    const second = await askToken(await proof('POST', tokenUrl(), { claims: { nonce: named } }));
    expect(second.status).toBe(200);
    expect(second.body['token_type']).toBe('DPoP');
    expect(second.headers.get('dpop-nonce')).toBe(named);
    expect(decode(String(second.body['access_token'])).claims['cnf']).toEqual({
      jkt: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  it.each<[string, () => Promise<Changes> | Changes, unknown[]]>([
    ['another method', () => ({ claims: { htm: 'GET' } }), badClaim('htm')],
    ['another address', () => ({ claims: { htu: `${okta.url}/x` } }), badClaim('htu')],
    ['a query in htu', () => ({ claims: { htu: `${tokenUrl()}?a=b` } }), badClaim('htu')],
    ['no htu', () => ({ claims: { htu: undefined } }), badClaim('htu')],
    ['an old iat', () => ({ claims: { iat: clock / 1000 - 301 } }), badClaim('iat')],
    ['an iat to come', () => ({ claims: { iat: clock / 1000 + 301 } }), badClaim('iat')],
    ['no iat', () => ({ claims: { iat: undefined as never } }), badClaim('iat')],
    ['no jti', () => ({ claims: { jti: undefined as never } }), badClaim('jti')],
    ['another type', () => ({ header: { typ: 'JWT' } }), bad('The DPoP proof JWT is invalid.')],
    ['no key', () => ({ header: { jwk: undefined } }), bad('The DPoP proof JWT is invalid.')],
    [
      'a private key',
      async () => ({ header: { jwk: await exportJWK(keyPair.privateKey) } }),
      bad('The DPoP proof JWT is invalid.'),
    ],
    [
      'another key than it is signed with',
      async () => ({ key: (await generateKeyPair('ES256')).privateKey }),
      bad('The DPoP proof JWT is invalid.'),
    ],
  ])('is refused for a proof with %s', async (_what, changes, expected) => {
    expect(refusal(await boundToken(await changes()))).toEqual(expected);
  });

  it('is refused for what is no JWT, or signed with a secret', async () => {
    const secret = await new SignJWT({ htm: 'POST', htu: tokenUrl() })
      .setProtectedHeader({ alg: 'HS256', typ: 'dpop+jwt', jwk: { kty: 'oct' } })
      .sign(Buffer.alloc(32));
    for (const text of ['nonsense', 'a.b.c', secret]) {
      expect(refusal(await askToken(text))).toEqual(bad('The DPoP proof JWT is invalid.'));
    }
  });

  it('is refused for a proof that was used', async () => {
    const dpop = await proof('POST', tokenUrl(), { claims: { nonce: await nonce() } });
    expect((await askToken(dpop)).status).toBe(200);
    expect(refusal(await askToken(dpop))).toEqual(bad('The DPoP proof JWT has already been used.'));
  });

  it('takes a nonce for three days, and names a new one after one', async () => {
    const first = await nonce();
    const withNonce = async (value: string) =>
      askToken(await proof('POST', tokenUrl(), { claims: { nonce: value } }));
    clock += 2 * day;
    const later = await withNonce(first);
    expect(later.status).toBe(200);
    expect(later.headers.get('dpop-nonce')).not.toBe(first);
    clock += day;
    expect((await withNonce(first)).body['error']).toBe('use_dpop_nonce');
    expect((await withNonce('made-up')).body['error']).toBe('use_dpop_nonce');
  });

  it('binds the refresh token too', async () => {
    const { body } = await boundToken();
    const refresh = async (changes: Changes) => {
      const claims = { nonce: await nonce() };
      return askToken(await proof('POST', tokenUrl(), { ...changes, claims }), {
        grant_type: 'refresh_token',
        refresh_token: String(body['refresh_token']),
      });
    };
    const other = await generateKeyPair('ES256', { extractable: true });
    const by = { key: other.privateKey, header: { jwk: await exportJWK(other.publicKey) } };
    expect((await refresh(by)).body['error']).toBe('invalid_grant');
    expect((await refresh({})).body['token_type']).toBe('DPoP');
  });
});

it('an app that may do without a proof gets what it asks for', async () => {
  expect((await askToken(null, {}, free)).body['token_type']).toBe('Bearer');
  const claims = { nonce: await nonce() };
  const dpop = await proof('POST', tokenUrl(), { claims });
  expect((await askToken(dpop, {}, free)).body['token_type']).toBe('DPoP');
});

describe('a bound token', () => {
  const resource = () => `${okta.url}/oauth2/v1/userinfo`;
  const ath = (token: string) => createHash('sha256').update(token).digest('base64url');

  async function present(authorization: string, dpop: string | null, url = resource()) {
    const headers = { authorization, ...(dpop !== null && { dpop }) };
    return readReply(await fetch(url, { headers }));
  }
  const bound = async () => String((await boundToken()).body['access_token']);
  const challengeOf = ({ status, headers, text }: Reply) => [
    status,
    text,
    headers.get('www-authenticate'),
  ];
  const challenge = (description: string) => [
    400,
    '',
    expect.stringContaining(
      `error="invalid_dpop_proof", error_description="${description}", resource="/oauth2/v1/userinfo"`,
    ),
  ];

  it('opens a resource with a proof of its own for each request', async () => {
    const token = await bound();
    const dpop = await proof('GET', resource(), { claims: { ath: ath(token) } });
    expect((await present(`DPoP ${token}`, dpop, `${resource()}?a=b`)).status).toBe(200);
    expect(challengeOf(await present(`DPoP ${token}`, dpop))).toEqual(
      challenge('The DPoP proof JWT has already been used.'),
    );
  });

  it('opens nothing as a Bearer token', async () => {
    const reply = await present(`Bearer ${await bound()}`, null);
    expect(challengeOf(reply)).toEqual([
      400,
      '',
      `Bearer authorization_uri="${okta.url}/oauth2/v1/authorize", realm="${okta.url}", scope="openid", error="invalid_request", error_description="The resource request requires a DPoP proof.", resource="/oauth2/v1/userinfo"`,
    ]);
  });

  it('opens nothing without a proof, or with one of another token, key or address', async () => {
    const token = await bound();
    const other = await generateKeyPair('ES256', { extractable: true });
    const otherKey = { key: other.privateKey, header: { jwk: await exportJWK(other.publicKey) } };
    const claims = { ath: ath(token) };
    const cases: [string | null, string][] = [
      [null, 'The DPoP proof JWT header is missing.'],
      [await proof('GET', resource()), "'ath' claim in the DPoP proof JWT is invalid."],
      [
        await proof('GET', resource(), { claims: { ath: ath('x') } }),
        "'ath' claim in the DPoP proof JWT is invalid.",
      ],
      [
        await proof('POST', resource(), { claims }),
        "'htm' claim in the DPoP proof JWT is invalid.",
      ],
      [await proof('GET', tokenUrl(), { claims }), "'htu' claim in the DPoP proof JWT is invalid."],
      [
        await proof('GET', resource(), { claims, ...otherKey }),
        'The access token is bound to another key than that of the DPoP proof JWT.',
      ],
    ];
    for (const [dpop, description] of cases) {
      expect(challengeOf(await present(`DPoP ${token}`, dpop))).toEqual(challenge(description));
    }
  });

  it('is introspected as one', async () => {
    const reply = await fetch(`${okta.url}/oauth2/v1/introspect`, {
      method: 'POST',
      headers: { authorization: basicOf(app) },
      body: new URLSearchParams({ token: await bound() }),
    });
    expect(await reply.json()).toMatchObject({
      active: true,
      token_type: 'DPoP',
      cnf: { jkt: expect.any(String) },
    });
  });
});

it('an unbound token opens nothing by the scheme DPoP', async () => {
  const { body } = await askToken(null, {}, free);
  const reply = await fetch(`${okta.url}/oauth2/v1/userinfo`, {
    headers: { authorization: `DPoP ${body['access_token']}` },
  });
  expect(reply.status).toBe(400);
  expect(reply.headers.get('www-authenticate')).toContain('error="invalid_token"');
});

it('discovery names the algorithms of proofs', async () => {
  const reply = await fetch(`${okta.issuer}/.well-known/oauth-authorization-server`);
  expect(await reply.json()).toMatchObject({
    dpop_signing_alg_values_supported: ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'],
  });
});
