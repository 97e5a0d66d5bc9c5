// Validations a second of one core, in rounds that take turns, on the built package. Run with the folder
// of the contenders, the issuer, and where our API introspects; the tokens come by stdin.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { createAccountBackend } from '../../../src/clients/backend/dist/index.js';
import { fakeFetch } from './fake-api.mjs';

const [folder, issuer, introspect, authorization] = process.argv.slice(2);
const rounds = 5;
const roundMs = 1_000;
const tokens = (await text(process.stdin)).trim().split('\n');
const [one] = tokens;
const load = (name) => {
  const path = createRequire(`${folder}/package.json`).resolve(name);
  return import(pathToFileURL(path).href);
};
const { createRemoteJWKSet, jwtVerify } = await load('jose');
const { LRUCache } = await load('lru-cache');
const { default: OktaJwtVerifier } = await load('@okta/jwt-verifier');
const { auth } = await load('express-oauth2-jwt-bearer');
const { Pool } = await load('undici');

/** As an HTTP parser makes them: another string for each request. */
function fresh(all) {
  const buffers = all.map((each) => Buffer.from(`Bearer ${each}`));
  let next = 0;
  return () => {
    next = (next + 1) % buffers.length;
    return buffers[next].latin1Slice();
  };
}

const audience = 'api://default';
const backend = createAccountBackend({
  url: 'http://bench',
  service: { id: 'bench', secret: 'bench' },
  maxStaleSeconds: 3_600,
  maxTokens: 200_000,
  fetch: fakeFetch,
});
for (let at = 0; at < tokens.length; at += 100) {
  await Promise.all(tokens.slice(at, at + 100).map((each) => backend.validate(each)));
}

const jwks = createRemoteJWKSet(new URL(`${issuer}/v1/keys`));
const byJose = async (each) => (await jwtVerify(each, jwks, { issuer, audience })).payload;
const known = new LRUCache({ max: 200_000 });
const byJoseAndLru = async (each) => {
  const key = createHash('sha256').update(each).digest('base64url');
  const found = known.get(key);
  if (found !== undefined) return found;
  const payload = await byJose(each);
  known.set(key, payload);
  return payload;
};
const okta = new OktaJwtVerifier({ issuer, testing: { disableHttpsCheck: true } });
const bearer = auth({ issuer, jwksUri: `${issuer}/v1/keys`, audience, tokenSigningAlg: 'RS256' });
const byBearer = (header) =>
  new Promise((resolve, reject) => {
    const request = {
      method: 'GET',
      protocol: 'http',
      url: '/orders',
      originalUrl: '/orders',
      headers: { authorization: header, host: 'localhost' },
      get: () => 'localhost',
      query: {},
      is: () => false,
    };
    bearer(request, {}, (error) => (error ? reject(error) : resolve(request.auth)));
  });
const { origin, pathname } = new URL(introspect);
const pool = new Pool(origin, { connections: 16 });
const byIntrospection = async (each) => {
  const response = await pool.request({
    path: pathname,
    method: 'POST',
    headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
    body: `token=${each}`,
  });
  const { active } = await response.body.json();
  if (active !== true) throw new Error('Not active.');
};

const authenticate = async (header) => {
  const result = await backend.authenticate({ headers: { authorization: header } });
  if (!result.ok) throw new Error(result.reason);
};
const validate = async (each) => {
  const result = await backend.validate(each);
  if (!result.ok) throw new Error(result.reason);
};
const bare = (run) => (header) => run(header.slice(7));
const fewFresh = fresh(tokens.slice(0, 1_000));
const manyFresh = fresh(tokens);
const header = `Bearer ${one}`;

/** `lanes`: how many are asked at a time. `many`: how many without looking at the time. */
const cases = [
  { name: 'okta-account-backend, one string', run: () => validate(one), many: 1_000 },
  {
    name: 'okta-account-backend, 1,000 tokens, each a fresh header',
    run: () => authenticate(fewFresh()),
    many: 1_000,
  },
  {
    name: `okta-account-backend, ${tokens.length.toLocaleString('en')} tokens, each a fresh header`,
    run: () => authenticate(manyFresh()),
    many: 1_000,
  },
  { name: 'jose + LRU, hits, one string', run: () => byJoseAndLru(one), many: 1_000 },
  {
    name: 'jose + LRU, hits, 1,000 tokens, each a fresh header',
    run: () => bare(byJoseAndLru)(fewFresh()),
    many: 1_000,
  },
  { name: 'jose, not cached', run: () => byJose(one), many: 10 },
  { name: '@okta/jwt-verifier', run: () => okta.verifyAccessToken(one, audience), many: 10 },
  { name: 'express-oauth2-jwt-bearer', run: () => byBearer(header), many: 10 },
  {
    name: '`/introspect` for each request, 16 at a time',
    run: () => byIntrospection(one),
    many: 1,
    lanes: 16,
  },
];

/**
 * By the time of the processor, so that others on the machine do not count. A call over the network takes
 * the time of a server as well, so it is measured by the clock.
 */
async function measure({ run, many, lanes = 1 }) {
  let count = 0;
  const before = process.cpuUsage();
  const begun = performance.now();
  const lane = async () => {
    while (performance.now() - begun < roundMs) {
      for (let times = 0; times < many; times += 1) await run();
      count += many;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const { user, system } = process.cpuUsage(before);
  const seconds = lanes > 1 ? (performance.now() - begun) / 1_000 : (user + system) / 1e6;
  return count / seconds;
}

for (const each of tokens.slice(0, 1_000)) await byJoseAndLru(each);
const results = new Map(cases.map(({ name }) => [name, []]));
for (let round = 0; round <= rounds; round += 1) {
  // What slows the machine down for a while must not always meet the same one.
  for (const each of round % 2 === 0 ? cases : cases.toReversed()) {
    const perSecond = await measure(each);
    // The first round warms up.
    if (round > 0) results.get(each.name).push(Math.round(perSecond));
  }
}
backend.close();
await pool.close();
process.stdout.write(JSON.stringify([...results]));
