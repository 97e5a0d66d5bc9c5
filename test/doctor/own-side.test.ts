import { beforeAll, describe, expect, test } from 'vitest';
import { headroomChecks } from '../../src/doctor/checks/headroom.ts';
import { ownSideChecks } from '../../src/doctor/checks/own-side.ts';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { call } from '../embedded/call.ts';
import { startOkta } from '../embedded/start.ts';
import { freePort } from '../support/free-port.ts';
import { describeWithRedis, redisAt, startRedis } from '../support/redis.ts';
import { examineOn, expectOnly, findingsOn, type Settings } from './examine.ts';

let org: EmbeddedOkta;
beforeAll(async () => {
  org = await startOkta({ rateLimits: { token: 100, logs: 100, users: 40 } });
});

/** What these checks alone find. */
async function found(checks: typeof ownSideChecks, settings: Settings = {}) {
  const examined = await examineOn(org, settings, checks);
  expect(examined.map(({ notLooked }) => notLooked)).toEqual(checks.map(() => null));
  return examined.flatMap(({ findings }) => findings);
}

describe("D47: Okta's rate limits", () => {
  test('have room for one worker that polls each minute', async () => {
    expect(await found(headroomChecks, { config: { events: { logPollSeconds: 60 } } })).toEqual([]);
  });

  test('are lower than the workers could use', async () => {
    const { message } = expectOnly(
      await findingsOn(org, { config: { workers: 2 } }),
      'D47',
      'note',
    );
    expect(message).toContain('100 token requests a minute');
  });

  test('are lower than the polls of the System Log need', async () => {
    const findings = await findingsOn(org, { config: { events: { logPollSeconds: 0.5 } } });
    const { message, fix } = expectOnly(findings, 'D47', 'note');
    expect(message).toContain('120 requests a minute');
    expect(fix).toContain('OKTA_LOG_POLL_SECONDS to 2 or more');
  });

  test('are nearly used up', async () => {
    const users = () => call(org, ['GET', '/api/v1/users?limit=1']);
    while (Number((await users()).headers.get('x-rate-limit-remaining')) > 3);
    const { message } = expectOnly(await found(headroomChecks), 'D47', 'note');
    expect(message).toMatch(/Left: [0-3] of 40 at \/api\/v1\/users/);
  });
});

describe('D48: the accepted clients', () => {
  const clientId = () => org.seeded.apiClient.clientId;

  test('lack the app itself', async () => {
    const acceptedClientIds = [org.seeded.serviceClient.clientId];
    const { message } = expectOnly(
      await found(ownSideChecks, { okta: { acceptedClientIds } }),
      'D48',
    );
    expect(message).toContain(`lacks ${clientId()}`);
  });

  test('have one that the org does not know', async () => {
    const acceptedClientIds = [clientId(), '0oaOfAnotherOrg'];
    const { message } = expectOnly(
      await found(ownSideChecks, { okta: { acceptedClientIds } }),
      'D48',
    );
    expect(message).toContain('0oaOfAnotherOrg');
  });
});

describeWithRedis('D48: Redis', () => {
  test('works, and its clock agrees with this one, or does not', async () => {
    const server = await startRedis();
    const redis = redisAt(server.url);
    expect(await found(ownSideChecks, { secrets: { redis } })).toEqual([]);
    const now = () => Date.now() - 10_000;
    const late = expectOnly(
      await found(ownSideChecks, { secrets: { redis }, now }),
      'D48',
      'warning',
    );
    expect(late.message).toContain('10 s behind that of Redis');
    await server.client.config('SET', 'requirepass', 'changed');
    const refused = expectOnly(await found(ownSideChecks, { secrets: { redis } }), 'D48');
    expect(refused.message).toContain('NOAUTH');
    await server.stop();
  });

  test('does not run', async () => {
    const redis = redisAt(`redis://:a-password@127.0.0.1:${await freePort()}`);
    const { message } = expectOnly(await found(ownSideChecks, { secrets: { redis } }), 'D48');
    expect(message).toContain('ECONNREFUSED');
    expect(message).not.toContain('a-password');
  });
});
