import { beforeEach, expect, test } from 'vitest';
import { call, refused } from './call.ts';
import { basicOf, clientLike, decode, introspect, refresh, signIn } from './oauth-calls.ts';
import { startOkta } from './start.ts';

const day = 24 * 60 * 60_000;
const other = clientLike({ clientId: '0oaOther000000000001' });

const clock = { now: Date.now() };
const okta = await startOkta({
  now: () => clock.now,
  perUsernamePerSecond: 1000,
  seed: { clients: [other] },
});
let clientId: string;
let tokens: string;

beforeEach(async () => {
  await okta.reset();
  clientId = okta.seeded.apiClient.clientId;
  tokens = `/api/v1/users/demo@example.com/clients/${clientId}/tokens`;
});

interface Listed {
  readonly id: string;
  readonly created: string;
  readonly lastUpdated: string;
  readonly expiresAt: string;
}
const list = async (query = ''): Promise<readonly Listed[]> =>
  (await call(okta, ['GET', `${tokens}${query}`])).body as never;

test('every sign-in is listed with when it began, was used and ends', async () => {
  const before = new Date(clock.now).toISOString();
  const first = await signIn(okta);
  await signIn(okta);
  clock.now += day;
  await refresh(okta, first.refresh);
  expect(await list()).toMatchObject([
    { created: before, lastUpdated: before },
    {
      created: before,
      lastUpdated: new Date(clock.now).toISOString(),
      expiresAt: new Date(clock.now + 90 * day).toISOString(),
      status: 'ACTIVE',
      clientId,
      issuer: okta.issuer,
      scopes: ['openid', 'profile', 'email', 'offline_access'],
    },
  ]);
});

test('a token keeps its id under rotation, and the access tokens bear it', async () => {
  const first = await signIn(okta);
  const next = await refresh(okta, first.refresh);
  const [listed] = await list();
  expect(listed?.id).toMatch(/^oar\w{17}$/);
  for (const { access } of [first, next]) {
    expect(decode(access).claims['jti']).toMatch(new RegExp(`^AT\\.[\\w-]{43}\\.${listed?.id}$`));
  }
});

test('an access token without a refresh token bears no id', async () => {
  const { access } = await signIn(okta, { scope: 'openid' });
  expect(decode(access).claims['jti']).toMatch(/^AT\.[\w-]{43}$/);
  expect(await list()).toEqual([]);
});

test('the list comes in pages', async () => {
  for (let count = 0; count < 5; count += 1) await signIn(okta);
  const seen: string[] = [];
  let path: string | undefined = `${tokens}?limit=2`;
  while (path !== undefined) {
    const { body, headers } = await call(okta, ['GET', path]);
    seen.push(...(body as unknown as Listed[]).map(({ id }) => id));
    const next = /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
    path = next?.slice(okta.url.length);
  }
  expect(seen).toHaveLength(5);
  expect(new Set(seen).size).toBe(5);
  const badly = await call(okta, ['GET', `${tokens}?after=nothing`]);
  expect(refused(badly)).toEqual([400, 'E0000020']);
});

test('a token can be read, and revoked with its access tokens', async () => {
  const first = await signIn(okta);
  const second = await signIn(okta);
  const id = decode(first.access).claims['jti']?.toString().split('.').at(-1);
  const path = `${tokens}/${id}`;
  expect((await call(okta, ['GET', path])).body.id).toBe(id);
  expect((await call(okta, ['DELETE', path])).status).toBe(204);
  expect((await refresh(okta, first.refresh)).status).toBe(400);
  expect((await introspect(okta, first.access)).body).toEqual({ active: false });
  expect((await refresh(okta, second.refresh)).status).toBe(200);
  for (const method of ['GET', 'DELETE'] as const) {
    expect(refused(await call(okta, [method, path]))).toEqual([404, 'E0000007']);
  }
});

test('all tokens of one app can be revoked at once', async () => {
  const here = await signIn(okta);
  const there = await signIn(okta, {}, basicOf(other));
  expect((await call(okta, ['DELETE', tokens])).status).toBe(204);
  expect((await refresh(okta, here.refresh)).status).toBe(400);
  expect((await introspect(okta, there.access)).body).toMatchObject({ active: true });
  const { body } = await call(okta, ['GET', '/api/v1/users/demo@example.com/clients']);
  expect(body).toMatchObject([{ client_id: other.clientId, client_name: expect.any(String) }]);
});

test('dead and strange tokens are not there', async () => {
  await signIn(okta);
  clock.now += 90 * day;
  expect(await list()).toEqual([]);
  for (const path of [
    `${tokens}/oar00000000000000000`,
    '/api/v1/users/demo@example.com/clients/nobody/tokens',
    `/api/v1/users/nobody/clients/${clientId}/tokens`,
  ]) {
    expect(refused(await call(okta, ['GET', path]))).toEqual([404, 'E0000007']);
  }
});

test('the tokens of a user are for administrators', async () => {
  const answer = await call(okta, ['GET', tokens], { headers: { authorization: '' } });
  expect(refused(answer)).toEqual([401, 'E0000011']);
});
