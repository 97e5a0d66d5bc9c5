// Run with --expose-gc, on the built package: what 100,000 verdicts of as many customers take.
import { createAccountBackend } from '../../../src/clients/backend/dist/index.js';
import { fakeFetch } from './fake-api.mjs';

const count = 100_000;
const encode = (part) => Buffer.from(JSON.stringify(part)).toString('base64url');
const head = encode({ kid: 'key', alg: 'RS256' });

function token(index) {
  const id = String(index).padStart(17, '0');
  const claims = {
    jti: `AT.${id}.oar${id}`,
    exp: Math.floor(Date.now() / 1000) + 3_600,
    cid: '0oabench000000000000',
    uid: `00u${id}`,
    scp: ['openid', 'profile', 'email', 'offline_access'],
    sub: `customer-${index}@example.com`,
  };
  return `${head}.${encode(claims)}.${Buffer.alloc(256, id).toString('base64url')}`;
}

function used() {
  for (let times = 0; times < 4; times += 1) globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const backend = createAccountBackend({
  url: 'http://bench',
  service: { id: 'bench', secret: 'bench' },
  maxStaleSeconds: 3_600,
  maxTokens: count,
  fetch: fakeFetch,
});
await backend.validate(token(0));
const before = used();
for (let index = 0; index < count; index += 100) {
  const batch = Array.from({ length: 100 }, (_, offset) => backend.validate(token(index + offset)));
  const bad = (await Promise.all(batch)).find(({ ok }) => !ok);
  if (bad !== undefined) throw new Error(bad.reason);
}
await new Promise((resolve) => setTimeout(resolve, 50));
const bytes = used() - before;
process.stdout.write(
  JSON.stringify({ tokens: backend.status().tokens, megabytes: bytes / 2 ** 20 }),
);
backend.close();
