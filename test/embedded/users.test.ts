import type { User, UserApi, UserProfile } from '@okta/okta-sdk-nodejs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { call } from './call.ts';
import { sdkAsServiceApp, sdkWithApiToken } from './sdk.ts';
import { startOkta } from './start.ts';

const password = 'Tr0ub4dor&3';

let org: EmbeddedOkta;
let later = 0;

beforeAll(async () => {
  org = await startOkta({ now: () => Date.now() + later });
});
afterEach(async () => {
  await org.reset();
});
afterAll(async () => {
  await org.close();
});

const sswsClient = () => sdkWithApiToken(org);
const serviceAppClient = () => sdkAsServiceApp(org, ['okta.users.manage', 'okta.users.read']);

function newUser(email: string, extra: Record<string, string> = {}) {
  return {
    profile: { login: email, email, firstName: 'Ada', lastName: 'Lovelace', ...extra },
    credentials: { password: { value: password } },
  };
}

async function refusal(promise: Promise<unknown>) {
  const error = (await promise.then(
    () => expect.unreachable('the org accepted it'),
    (reason: unknown) => reason,
  )) as { status: number; errorCode: string; errorSummary: string; errorCauses?: object[] };
  const causes = (error.errorCauses ?? []) as { errorSummary: string }[];
  return {
    status: error.status,
    code: error.errorCode,
    summary: error.errorSummary,
    causes: causes.map((cause) => cause.errorSummary),
  };
}

async function listed(
  users: UserApi,
  query: Parameters<UserApi['listUsers']>[0],
): Promise<(string | undefined)[]> {
  const logins: (string | undefined)[] = [];
  for await (const user of await users.listUsers(query)) logins.push(user?.profile?.login);
  return logins;
}

const clients = [
  ['an SSWS token', sswsClient],
  ['a service app’s key', serviceAppClient],
] as const;

describe.each(clients)('Okta’s SDK with %s', (_name, client) => {
  test('creates, reads, changes and removes a user', async () => {
    const { userApi } = client();
    const created: User = await userApi.createUser({ body: newUser('ada@example.com') });
    expect(created).toMatchObject({ status: 'ACTIVE', profile: { login: 'ada@example.com' } });
    expect(created.id).toMatch(/^00u[0-9A-Za-z]{17}$/);
    const userId = String(created.id);

    const byLogin = await userApi.getUser({ userId: 'ADA@example.com' });
    expect(byLogin.id).toBe(userId);
    expect(byLogin.credentials?.password).toEqual({
      hash: undefined,
      hook: undefined,
      value: undefined,
    });

    const merged = await userApi.updateUser({ userId, user: { profile: { city: 'London' } } });
    expect(merged.profile).toMatchObject({ city: 'London', firstName: 'Ada' });
    const replaced = await userApi.replaceUser({
      userId,
      user: {
        profile: {
          login: 'ada@example.com',
          email: 'ada@example.com',
          firstName: 'Ada',
          lastName: 'King',
        },
      },
    });
    expect(replaced.profile).toMatchObject({ lastName: 'King', mobilePhone: null });
    expect(replaced.profile?.city).toBeUndefined();

    await userApi.deleteUser({ userId });
    expect((await userApi.getUser({ userId })).status).toBe('DEPROVISIONED');
    await userApi.deleteUser({ userId });
    expect(await refusal(userApi.getUser({ userId }))).toMatchObject({
      status: 404,
      code: 'E0000007',
      summary: `Not found: Resource not found: ${userId} (User)`,
    });
  });

  test('pages through users by the links of the answer', async () => {
    const { userApi } = client();
    for (const name of ['a', 'b', 'c', 'd']) {
      await userApi.createUser({ body: newUser(`${name}@pages.example`) });
    }
    const logins = await listed(userApi, { limit: 2 });
    expect(logins).toEqual([
      'demo@example.com',
      'a@pages.example',
      'b@pages.example',
      'c@pages.example',
      'd@pages.example',
    ]);
    const pages = org.requests
      .all()
      .filter(({ method, path }) => method === 'GET' && path === '/api/v1/users');
    expect(pages).toHaveLength(3);
  });
});

describe('creating a user', () => {
  test('without a password leaves it PROVISIONED and sends an activation mail', async () => {
    const { profile } = newUser('ada@example.com');
    const user = await sswsClient().userApi.createUser({ body: { profile } });
    expect(user.status).toBe('PROVISIONED');
    expect(org.outbox.to('ada@example.com')).toMatchObject([{ kind: 'ACTIVATION' }]);
  });

  test('with activate=false leaves it STAGED and sends nothing', async () => {
    const user = await sswsClient().userApi.createUser({
      body: newUser('ada@example.com'),
      activate: false,
    });
    expect(user).toMatchObject({ status: 'STAGED', activated: null });
    expect(org.outbox.all()).toEqual([]);
  });

  test('with nextLogin=changePassword expires the password at once', async () => {
    const { userApi } = sswsClient();
    const body = newUser('ada@example.com');
    const expired = { nextLogin: 'changePassword' } as const;
    expect((await userApi.createUser({ body, ...expired })).status).toBe('PASSWORD_EXPIRED');
    const other = newUser('b@example.com');
    expect(
      await refusal(userApi.createUser({ body: { profile: other.profile }, ...expired })),
    ).toMatchObject({ status: 400, code: 'E0000124' });
    expect(
      await refusal(userApi.createUser({ body: other, activate: false, ...expired })),
    ).toMatchObject({ status: 400, code: 'E0000125' });
  });

  test('refuses a login that differs only in case, even when two requests race', async () => {
    const { userApi } = sswsClient();
    const attempts = ['ada@example.com', 'ADA@example.com'].map((email) =>
      userApi.createUser({ body: newUser(email) }),
    );
    const results = await Promise.allSettled(attempts);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await refusal(userApi.createUser({ body: newUser('Ada@Example.com') }))).toEqual({
      status: 400,
      code: 'E0000001',
      summary: 'Api validation failed: login',
      causes: ['login: An object with this field already exists in the current organization'],
    });
  });

  test('refuses a weak password in the words of the policy', async () => {
    const { userApi } = sswsClient();
    const weak = { ...newUser('ada@example.com'), credentials: { password: { value: 'short' } } };
    expect(await refusal(userApi.createUser({ body: weak }))).toEqual({
      status: 400,
      code: 'E0000001',
      summary: 'Api validation failed: password',
      causes: [
        'password: Password requirements were not met. Password requirements: at least 8 characters, a lowercase letter, an uppercase letter, a number, no parts of your username. Your password cannot be any of your last 4 passwords.',
      ],
    });
  });

  test('refuses missing, malformed, too long and unknown attributes', async () => {
    const { userApi } = sswsClient();
    const create = (profile: UserProfile) => refusal(userApi.createUser({ body: { profile } }));
    expect(await create({})).toMatchObject({
      status: 400,
      summary: 'Api validation failed: login',
      causes: [
        'login: The field cannot be left blank',
        'firstName: The field cannot be left blank',
        'lastName: The field cannot be left blank',
        'email: The field cannot be left blank',
        'login: Username must be in the form of an email address',
      ],
    });
    const { profile } = newUser('ada@example.com');
    expect((await create({ ...profile, email: 'ada' })).causes).toEqual([
      'email: Does not match required pattern',
    ]);
    expect((await create({ ...profile, firstName: 'a'.repeat(51) })).summary).toBe(
      'Api validation failed: firstName',
    );
    expect(await create({ ...profile, shoeSize: '38' })).toMatchObject({
      status: 400,
      summary: 'Api validation failed: newUser',
      causes: ["Property name 'shoeSize' is not defined in profile"],
    });
    expect(await userApi.getUser({ userId: 'demo@example.com' })).toBeDefined();
    expect((await refusal(userApi.getUser({ userId: 'ada@example.com' }))).status).toBe(404);
  });

  test('takes up to twenty groups', async () => {
    const { userApi } = sswsClient();
    const groupIds = Array.from({ length: 21 }, (_, index) => `00g${index}`);
    const body = { ...newUser('ada@example.com'), groupIds };
    expect(await refusal(userApi.createUser({ body }))).toMatchObject({
      status: 400,
      code: 'E0000093',
    });
    body.groupIds.pop();
    expect((await userApi.createUser({ body })).status).toBe('ACTIVE');
  });
});

describe('a login shortname', () => {
  test('finds the user as long as it is the only one', async () => {
    const { userApi } = sswsClient();
    const { id } = await userApi.createUser({ body: newUser('ada@example.com') });
    expect((await userApi.getUser({ userId: 'ADA' })).id).toBe(id);
    await userApi.suspendUser({ userId: 'ada' });
    expect((await userApi.getUser({ userId: 'ada' })).status).toBe('SUSPENDED');
    await userApi.createUser({ body: newUser('ada@example.org') });
    expect(await refusal(userApi.getUser({ userId: 'ada' }))).toMatchObject({
      status: 404,
      summary: 'Not found: Resource not found: ada (User)',
    });
    expect((await refusal(userApi.getUser({ userId: 'ada@example' }))).status).toBe(404);
  });

  test('is never `me`, which is the owner of the API token', async () => {
    const { userApi } = sswsClient();
    await userApi.createUser({ body: newUser('me@example.com') });
    const { profile } = await userApi.getUser({ userId: 'me' });
    expect(profile?.login).toBe('administrator@example.com');
    const suspended = await refusal(userApi.suspendUser({ userId: 'me' }));
    expect(suspended.status).toBe(404);
  });
});

describe('a login with a slash', () => {
  test('finds its user by a filter and by id, and never in a path', async () => {
    const { userApi } = sswsClient();
    const login = 'acme/nora@example.com';
    const { id } = await userApi.createUser({ body: newUser(login) });
    const paths = [`/api/v1/users/${encodeURIComponent(login)}`, `/api/v1/users/${login}`];
    for (const path of [...paths, `${paths[0]}/lifecycle/suspend`]) {
      const answer = await call(org, ['GET', path]);
      expect([answer.status, answer.body.errorCode], path).toEqual([404, 'E0000008']);
    }
    expect(await listed(userApi, { filter: `profile.login eq "${login}"` })).toEqual([login]);
    expect((await userApi.getUser({ userId: id ?? '' })).profile?.login).toBe(login);
  });
});

describe('answers', () => {
  test('of the management API are kept by no cache, errors included', async () => {
    for (const path of ['/api/v1/users', '/api/v1/users/nobody', '/api/v1/logs', '/api/v1/x']) {
      const { headers } = await call(org, ['GET', path]);
      expect(
        ['cache-control', 'pragma', 'expires', 'vary'].map((name) => headers.get(name)),
        path,
      ).toEqual(['no-cache, no-store', 'no-cache', '0', 'Accept-Encoding']);
    }
  });
});

describe('listing users', () => {
  test('filter compares values as written and search does not', async () => {
    const { userApi } = sswsClient();
    await userApi.createUser({ body: newUser('ada@example.com', { city: 'London' }) });
    const find = (query: object) => listed(userApi, query);
    expect(await find({ filter: 'profile.login eq "ada@example.com"' })).toEqual([
      'ada@example.com',
    ]);
    expect(await find({ filter: 'profile.login eq "ADA@example.com"' })).toEqual([]);
    expect(await find({ search: 'profile.login eq "ADA@example.com"' })).toEqual([
      'ada@example.com',
    ]);
    expect(await find({ search: 'profile.city sw "lon" and status eq "ACTIVE"' })).toEqual([
      'ada@example.com',
    ]);
    expect(
      await find({ search: 'profile.email co "EXAMPLE" and not (status eq "x")' }).catch(
        () => 'refused',
      ),
    ).toBe('refused');
    expect(await find({ search: 'profile.city pr' })).toEqual(['ada@example.com']);
    expect(await find({ q: 'lovel' })).toEqual(['ada@example.com']);
    expect(await find({ search: 'id pr', sortBy: 'profile.login', sortOrder: 'desc' })).toEqual([
      'demo@example.com',
      'ada@example.com',
    ]);
  });

  test('values are JSON strings', async () => {
    const { userApi } = sswsClient();
    const names = ['B\\c', 'B\\', 'An"n', 'Zoë', '100%'];
    for (const [index, lastName] of names.entries()) {
      await userApi.createUser({ body: newUser(`user${index}@example.com`, { lastName }) });
    }
    for (const [index, name] of names.entries()) {
      const value = JSON.stringify(name);
      for (const query of [
        { search: `profile.lastName eq ${value}` },
        { filter: `profile.lastName eq ${value} or id eq "00u0"` },
      ]) {
        expect(await listed(userApi, query)).toEqual([`user${index}@example.com`]);
      }
    }
    expect(await listed(userApi, { search: 'profile.lastName eq "Zo\\u00eb"' })).toHaveLength(1);
    expect((await refusal(listed(userApi, { search: 'id eq "\\x"' }))).code).toBe('E0000031');
  });

  test('dates are compared as times', async () => {
    const { userApi } = sswsClient();
    const before = new Date(Date.now() + later + 1000).toISOString();
    later += 5000;
    await userApi.createUser({ body: newUser('ada@example.com') });
    expect(await listed(userApi, { filter: `lastUpdated gt "${before}"` })).toEqual([
      'ada@example.com',
    ]);
    const offset = before.replace('Z', '+00:00');
    expect(await listed(userApi, { search: `created gt "${offset}"` })).toEqual([
      'ada@example.com',
    ]);
  });

  test('a deactivated user shows in filter and search only', async () => {
    const { userApi } = sswsClient();
    org.setStatus('demo@example.com', 'DEPROVISIONED');
    expect(await listed(userApi, {})).toEqual([]);
    expect(await listed(userApi, { q: 'demo' })).toEqual([]);
    expect(await listed(userApi, { filter: 'status eq "DEPROVISIONED"' })).toHaveLength(1);
    expect(await listed(userApi, { search: 'status eq "deprovisioned"' })).toHaveLength(1);
  });

  test('hundreds of ids in one filter find the users that exist, at once', async () => {
    const { id } = await sswsClient().userApi.createUser({ body: newUser('ada@example.com') });
    const ids = Array.from({ length: 300 }, (_, index) => `00u${index}`);
    const url = new URL('/api/v1/users', org.url);
    url.searchParams.set('filter', [...ids, id].map((one) => `id eq "${one}"`).join(' or '));
    // By hand: the parser of the SDK gives up on a Link of more than 2,000 characters.
    const answer = await fetch(url, {
      headers: { authorization: `SSWS ${org.seeded.apiToken}` },
    });
    expect(await answer.json()).toMatchObject([{ profile: { login: 'ada@example.com' } }]);
  });

  test('what the parameter does not support is refused', async () => {
    const { userApi } = sswsClient();
    const code = async (query: object) => (await refusal(listed(userApi, query))).code;
    const both = { filter: 'status eq "ACTIVE"', search: 'id pr' };
    expect(await refusal(listed(userApi, both))).toEqual({
      status: 400,
      code: 'E0000033',
      summary: "Bad request. Can't specify a search query and filter in the same request.",
      causes: [],
    });
    expect(await code({ filter: 'status eq' })).toBe('E0000031');
    expect(await refusal(listed(userApi, { filter: 'profile.city eq "London"' }))).toEqual({
      status: 400,
      code: 'E0000094',
      summary: 'The provided filter is unsupported.',
      causes: [],
    });
    expect(await code({ filter: 'profile.login sw "ada"' })).toBe('E0000094');
    expect(await code({ search: 'profile.city co "ond"' })).toBe('E0000031');
    expect(await code({ search: 'status ne "ACTIVE"' })).toBe('E0000031');
    expect(await code({ search: 'profile.shoeSize eq "38"' })).toBe('E0000031');
    expect(await code({ search: 'created gt "yesterday"' })).toBe('E0000031');
    const nest = (depth: number): string =>
      depth === 0 ? 'id pr' : `id pr ${depth % 2 ? 'or' : 'and'} (${nest(depth - 1)})`;
    expect(await listed(userApi, { search: nest(30) })).toEqual(['demo@example.com']);
    expect(await code({ search: nest(60) })).toBe('E0000031');
  });
});
