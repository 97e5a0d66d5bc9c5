import fc from 'fast-check';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  claimsOf,
  context,
  type Json,
  makeKey,
  type Rig,
  signToken,
  startRig,
  startSeconds,
} from '../issuer.ts';

const strangersKey = makeKey('key-1');
const local = { freshness: 'LOCAL', from: 'CUSTOMERS', opaque: 'INTROSPECT' } as const;

let rig: Rig;

beforeAll(async () => {
  rig = await startRig();
});

afterAll(() => rig.org.close());

async function joseAccepts(token: string): Promise<boolean> {
  try {
    await jwtVerify(token, createLocalJWKSet({ keys: [rig.key.jwk] }), {
      algorithms: ['RS256'],
      issuer: rig.issuer,
      audience: 'api://default',
      clockTolerance: 30,
      currentDate: new Date(rig.clock.now),
    });
    return true;
  } catch {
    return false;
  }
}

const weAccept = async (token: string) => (await rig.verifier.verify(token, local, context)).active;

const seconds = fc.integer({ min: -7200, max: 7200 }).map((offset) => startSeconds + offset);
const claims = fc.record(
  {
    iss: fc.constantFrom('right', 'https://elsewhere.example', 7),
    aud: fc.constantFrom('api://default', 'api://other', ['api://other', 'api://default'], []),
    exp: fc.oneof(seconds, fc.constantFrom('soon', null)),
    nbf: seconds,
    iat: fc.constant(startSeconds - 10),
  },
  { requiredKeys: [] },
);
const header = fc.record(
  {
    alg: fc.constantFrom('RS256', 'RS384', 'none', 'HS256'),
    kid: fc.constantFrom('key-1', 'key-2', '__proto__'),
    crit: fc.constantFrom(['exp'], ['b64']),
  },
  { requiredKeys: [] },
);

const signed = (changes: Json, head: Json, byStranger: boolean): string =>
  signToken(
    { kid: rig.key.kid, alg: 'RS256', ...head },
    claimsOf(rig.issuer, { ...changes, ...(changes['iss'] === 'right' && { iss: rig.issuer }) }),
    byStranger ? strangersKey : rig.key,
  );

it('accepts no token that jose refuses by the same rules', async () => {
  await fc.assert(
    fc.asyncProperty(claims, header, fc.boolean(), async (changes, head, byStranger) => {
      const token = signed(changes, head, byStranger);
      if (await weAccept(token)) expect(await joseAccepts(token)).toBe(true);
    }),
    { numRuns: 400 },
  );
});

it('agrees with jose about issuer, audience and expiry', async () => {
  const expiring = fc.record(
    {
      iss: fc.constantFrom('right', 'https://elsewhere.example'),
      aud: fc.constantFrom('api://default', 'api://other', ['api://other', 'api://default']),
      exp: seconds,
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(expiring, async (changes) => {
      const token = signed({ iat: startSeconds - 7200, ...changes }, {}, false);
      expect(await weAccept(token)).toBe(await joseAccepts(token));
    }),
    { numRuns: 300 },
  );
});
