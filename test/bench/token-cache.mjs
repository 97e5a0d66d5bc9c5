// Run by token-cache.bench.ts with --expose-gc, on the built API: a heap of its own, and no test runner in it.
import { generateKeyPairSync, sign } from 'node:crypto';
import { createRevocations } from '../../dist/tokens/revocations.js';
import { createTokenVerifier } from '../../dist/tokens/verifier.js';

const issuer = 'https://example.okta.com/oauth2/default';
const wanted = 100_000;
const options = { freshness: 'LOCAL', from: 'CUSTOMERS', opaque: 'REFUSE' };
const nowSeconds = Math.floor(Date.now() / 1000);

const encode = (part) => Buffer.from(JSON.stringify(part)).toString('base64url');

function issuerOf(modulusLength) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
  const token = (index) => {
    const id = String(index).padStart(17, '0');
    const input = `${encode({ kid: 'key', alg: 'RS256' })}.${encode({
      ver: 1,
      jti: `AT.${id}${id}${id}.oar${id}`,
      iss: issuer,
      aud: 'api://default',
      iat: nowSeconds,
      exp: nowSeconds + 3600,
      cid: '0oa00000000000000001',
      uid: `00u${id}`,
      scp: ['openid', 'profile', 'email', 'offline_access'],
      auth_time: nowSeconds,
      sub: `customer-${id}@example.com`,
    })}`;
    return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
  };
  const verifier = createTokenVerifier(
    {
      issuer,
      orgUrl: 'https://example.okta.com',
      audience: 'api://default',
      acceptedClientIds: ['0oa00000000000000001'],
    },
    {
      keys: { known: () => publicKey, find: async () => publicKey },
      introspect: async () => ({ active: false }),
      revocations: createRevocations({ now: Date.now }),
      feed: null,
      timeoutMs: 10_000,
      now: Date.now,
    },
  );
  return { token, verifier };
}

function used() {
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function perSecond(work, count) {
  const begun = performance.now();
  for (let index = 0; index < count; index += 1) work(index);
  return Math.round(count / ((performance.now() - begun) / 1000));
}

function check(verifier, token) {
  if (!verifier.known(token, options)?.active) throw new Error('A good token is not active.');
}

// The size of its key makes no difference to what is kept of a token; small ones are signed sooner.
function memory() {
  const small = issuerOf(512);
  check(small.verifier, small.token(0));
  const before = used();
  const filled = issuerOf(512);
  for (let index = 0; filled.verifier.stats().size < wanted; index += 1) {
    check(filled.verifier, filled.token(index));
  }
  const bytes = used() - before;
  return { tokens: filled.verifier.stats().size, megabytes: bytes / 2 ** 20 };
}

function speed() {
  const { token, verifier } = issuerOf(2048);
  const one = Array.from({ length: 2_000 }, (_, index) => token(index));
  const first = perSecond((index) => check(verifier, one[index]), one.length);
  const rounds = () => perSecond((index) => check(verifier, one[index % one.length]), 300_000);
  rounds();
  const again = rounds();

  // More than there is room for what was read: the signature alone is remembered.
  const many = issuerOf(512);
  const tokens = Array.from({ length: 40_000 }, (_, index) => many.token(index));
  for (const each of tokens) check(many.verifier, each);
  const rarely = perSecond((index) => check(many.verifier, tokens[index % tokens.length]), 200_000);
  return { first, again, rarely };
}

process.stdout.write(JSON.stringify({ ...memory(), ...speed() }));
