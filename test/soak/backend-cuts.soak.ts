import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createAccountBackend } from '../../src/clients/backend/index.ts';
import { LogOutDocument } from '../../src/clients/storefront/documents/graphql.ts';
import { type Behaviour, startCuttingProxy } from '../clients/backend/cutting-proxy.ts';
import { logIn, type Session } from '../features/flows.ts';
import { password } from '../support/accounts.ts';
import { describeWithRedis, startRedis } from '../support/redis.ts';
import { startStack } from '../support/start.ts';

const seconds = Number(process.env['SOAK_SECONDS'] ?? 60);
const users = Array.from({ length: 10 }, (_, index) => ({
  email: `customer-${index}@example.com`,
  password,
}));
const behaviours: readonly Behaviour[] = ['pass', 'pass', 'byte by byte', 'hold', 'refuse'];
const maxStaleMs = 3_000;
/** For an event to reach the cache, and a question to be answered, on a busy machine. */
const slackMs = 2_000;
const oneOf = <Item>(items: readonly Item[]): Item => {
  const item = items[Math.floor(Math.random() * items.length)];
  if (item === undefined) throw new Error('Nothing to choose from.');
  return item;
};

describeWithRedis('two servers behind one address', () => {
  test('whatever happens to the connections, no ended token is let in for longer than is promised', async () => {
    const redis = await startRedis();
    const one = await startStack({ redisUrl: redis.url, seed: { users } });
    const other = await startStack({ redisUrl: redis.url, beside: one });
    const proxy = await startCuttingProxy(one.url, other.url);
    const { clientId: id, clientSecret: secret } = one.okta.seeded.serviceClient;
    const options = { url: proxy.url, service: { id, secret }, timeoutMs: 1_000 };
    const backend = createAccountBackend({ ...options, maxStaleSeconds: maxStaleMs / 1_000 });
    onTestFinished(async () => {
      backend.close();
      await proxy.close();
      await other.close();
      await one.close();
      await redis.stop();
    });

    const open = new Set<Session>();
    const ended = new Map<string, number>();
    const counts = { cuts: 0, letIn: 0, unavailable: 0, refused: 0 };
    const until = performance.now() + seconds * 1_000;
    const isOn = () => performance.now() < until;

    const network = async () => {
      while (isOn()) {
        proxy.behave(oneOf(behaviours));
        await wait(Math.random() * 100);
        proxy.cut(oneOf(['reset', 'end']));
        counts.cuts += 1;
      }
      proxy.behave('pass');
    };
    const customers = async () => {
      while (isOn()) {
        const session = await logIn(oneOf([one, other]), oneOf(users));
        open.add(session);
        await wait(Math.random() * 200);
        if (open.size < 20) continue;
        const leaving = oneOf([...open]);
        open.delete(leaving);
        const headers = { authorization: `Bearer ${leaving.accessToken}` };
        const input = { refreshToken: leaving.refreshToken };
        await oneOf([one, other]).gql(LogOutDocument, { input }, headers);
        ended.set(leaving.accessToken, performance.now());
      }
    };
    const check = async (token: string) => {
      const result = await backend.validate(token);
      if (result.ok) counts.letIn += 1;
      else if (result.status === 503) counts.unavailable += 1;
      else counts.refused += 1;
      return result;
    };
    const load = async () => {
      while (isOn()) {
        await wait(1);
        if (open.size > 0) await check(oneOf([...open]).accessToken);
        if (ended.size === 0) continue;
        const [token, at] = oneOf([...ended]);
        const askedAt = performance.now();
        const { ok } = await check(token);
        if (ok) expect(askedAt - at).toBeLessThan(maxStaleMs + slackMs);
      }
    };
    await Promise.all([network(), customers(), load(), load(), load()]);

    await wait(maxStaleMs + slackMs);
    for (const { accessToken } of open) {
      expect(await backend.validate(accessToken)).toMatchObject({ ok: true });
    }
    for (const token of ended.keys()) {
      expect(await backend.validate(token)).toMatchObject({ ok: false, status: 401 });
    }
    const { state, asked, gaps } = backend.status();
    process.stdout.write(`${JSON.stringify({ ...counts, asked, gaps, ended: ended.size })}\n`);
    expect(state).toBe('live');
    // A cache that keeps nothing would ask each time.
    expect(counts.letIn).toBeGreaterThan(asked);
  });
});
