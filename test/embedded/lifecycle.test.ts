import { get } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { names } from '../support/accounts.ts';
import { call, publicCall, refused } from './call.ts';
import { introspect, signIn as passwordGrant, refresh } from './oauth-calls.ts';
import { startOkta } from './start.ts';

const email = 'ada@example.com';
const password = 'Tr0ub4dor&3';
const nextPassword = 'Plough-Sky-42';

let org: EmbeddedOkta;

beforeAll(async () => {
  org = await startOkta({ perUsernamePerSecond: 1000 });
});
afterEach(async () => {
  await org.reset();
});
afterAll(async () => {
  await org.close();
});

async function createUser(options: { query?: string; withPassword?: boolean } = {}) {
  const { query = '', withPassword = true } = options;
  const { body } = await call(org, ['POST', `/api/v1/users${query}`], {
    body: {
      profile: { login: email, email, firstName: 'Ada', lastName: 'Lovelace' },
      ...(withPassword ? { credentials: { password: { value: password } } } : {}),
    },
  });
  return body.id;
}

const lifecycle = (operation: string, query = '') =>
  call(org, ['POST', `/api/v1/users/${email}/lifecycle/${operation}${query}`]);
const credentials = (operation: string, body?: unknown) =>
  call(org, ['POST', `/api/v1/users/${email}/credentials/${operation}`], { body });
const read = () => call(org, ['GET', `/api/v1/users/${email}`]);
const status = async () => (await read()).body.status;
const signIn = (secret: string) =>
  publicCall(org, '/api/v1/authn', { username: email, password: secret });

test('a wrong API token, a missing one and a bearer of nothing are refused', async () => {
  for (const authorization of ['SSWS wrong', '', 'Bearer wrong', 'Basic YTpi']) {
    const answer = await call(org, ['GET', '/api/v1/users'], { headers: { authorization } });
    expect(refused(answer)).toEqual([401, 'E0000011']);
  }
});

test('a single user shows the operations that its status allows, a listed one only itself', async () => {
  const id = await createUser();
  const operations = async () =>
    Object.keys((await read()).body._links)
      .filter((name) => !['self', 'schema', 'type'].includes(name))
      .sort();
  const ofActive = [
    ...['changePassword', 'changeRecoveryQuestion', 'deactivate', 'expirePassword'],
    ...['forgotPassword', 'resetFactors', 'resetPassword', 'suspend'],
  ];
  for (const [status, expected] of [
    ['ACTIVE', ofActive],
    ['PASSWORD_EXPIRED', ofActive],
    ['STAGED', ['activate', 'resetFactors']],
    ['PROVISIONED', ['deactivate', 'reactivate', 'resetFactors', 'resetPassword', 'suspend']],
    ['SUSPENDED', ['deactivate', 'resetFactors', 'unsuspend']],
    ['LOCKED_OUT', ['deactivate', 'resetFactors', 'resetPassword', 'unlock']],
    ['DEPROVISIONED', ['activate', 'delete', 'resetFactors']],
  ] as const) {
    org.setStatus(email, status);
    expect(await operations(), status).toEqual(expected);
  }
  const { body } = await call(org, ['GET', `/api/v1/users?filter=id%20eq%20%22${id}%22`]);
  const href = `${org.url}/api/v1/users/${id}`;
  expect(body).toEqual([expect.objectContaining({ id, _links: { self: { href } } })]);
});

test('each link of a list is a header line of its own', async () => {
  await createUser();
  const lines = await new Promise<string[]>((resolve, reject) => {
    const headers = { authorization: `SSWS ${org.seeded.apiToken}` };
    get(`${org.url}/api/v1/users?limit=1`, { headers }, ({ rawHeaders }) => {
      resolve(rawHeaders.filter((_, index) => rawHeaders[index - 1]?.toLowerCase() === 'link'));
    }).on('error', reject);
  });
  expect(lines).toEqual([
    `<${org.url}/api/v1/users?limit=1>; rel="self"`,
    expect.stringMatching(/\/api\/v1\/users\?limit=1&after=[\w-]+>; rel="next"$/),
  ]);
});

test('a stale If-Match changes nothing', async () => {
  await createUser();
  const etag = (await read()).headers.get('etag') ?? '';
  const change = (city: string) =>
    call(org, ['POST', `/api/v1/users/${email}`], {
      body: { profile: { city } },
      headers: { 'if-match': etag },
    });
  expect((await change('London')).status).toBe(200);
  expect(refused(await change('Paris'))).toEqual([412, 'E0000231']);
  expect((await read()).body.profile.city).toBe('London');
});

describe('activation', () => {
  test('with sendEmail=false hands out the token that the mail would have held', async () => {
    await createUser({ query: '?activate=false', withPassword: false });
    const { body } = await lifecycle('activate', '?sendEmail=false');
    expect(body).toEqual({
      activationToken: expect.stringMatching(/^\w{20}$/),
      activationUrl: `${org.url}/welcome/${body.activationToken}`,
    });
    expect(await status()).toBe('PROVISIONED');
    expect(org.outbox.all()).toEqual([]);
  });

  test('by default sends a mail, and is refused for an active user', async () => {
    await createUser({ query: '?activate=false', withPassword: false });
    expect((await lifecycle('activate')).body).toEqual({});
    expect(org.outbox.to(email)).toHaveLength(1);
    expect(refused(await lifecycle('activate'))).toEqual([403, 'E0000016']);
    expect((await lifecycle('reactivate', '?sendEmail=true')).body).toEqual({});
    expect(org.outbox.to(email)).toHaveLength(2);
    org.setStatus(email, 'ACTIVE');
    expect(refused(await lifecycle('reactivate'))).toEqual([403, 'E0000038']);
  });

  test('of a user with a password makes it ACTIVE', async () => {
    await createUser({ query: '?activate=false' });
    expect((await signIn(password)).status).toBe(401);
    await lifecycle('activate');
    expect(await status()).toBe('ACTIVE');
    expect((await signIn(password)).body.status).toBe('SUCCESS');
  });
});

describe('suspending, unlocking, deactivating', () => {
  test('start from their own status only', async () => {
    await createUser();
    expect(refused(await lifecycle('unsuspend'))).toEqual([
      400,
      'E0000001',
      'Cannot unsuspend a user that is not suspended',
    ]);
    expect(refused(await lifecycle('unlock'))).toEqual([
      403,
      'E0000032',
      'The user is not locked out.',
    ]);
    expect((await lifecycle('suspend')).body).toEqual({});
    expect((await signIn(password)).status).toBe(401);
    expect(refused(await lifecycle('suspend')).slice(0, 2)).toEqual([400, 'E0000001']);
    await lifecycle('unsuspend');
    org.setStatus(email, 'LOCKED_OUT');
    expect((await signIn(password)).status).toBe(401);
    expect((await lifecycle('unlock')).status).toBe(200);
    expect((await signIn(password)).body.status).toBe('SUCCESS');
    expect((await lifecycle('reset_factors')).body).toEqual({});
  });

  test('a deactivated user is read by id, cannot change, and starts anew without a password', async () => {
    const id = await createUser();
    expect((await lifecycle('deactivate')).body).toEqual({});
    expect(refused(await lifecycle('deactivate'))).toEqual([403, 'E0000038']);
    const update = { body: { profile: { city: 'London' } } };
    expect(refused(await call(org, ['POST', `/api/v1/users/${id}`], update))).toEqual([
      403,
      'E0000038',
    ]);
    await lifecycle('activate', '?sendEmail=false');
    expect(await status()).toBe('PROVISIONED');
  });

  test('an unknown operation is an unknown path, a wrong method is 405', async () => {
    await createUser();
    expect(refused(await lifecycle('explode'))).toEqual([404, 'E0000008']);
    expect(refused(await call(org, ['PUT', '/api/v1/users']))).toEqual([405, 'E0000022']);
    expect(refused(await call(org, ['POST', '/api/v1/users'], { body: '{' }))).toEqual([
      400,
      'E0000003',
    ]);
  });
});

describe('passwords set by an administrator', () => {
  test('expire_password lets the user in only after a change', async () => {
    await createUser();
    org.setStatus(email, 'RECOVERY');
    expect(refused(await lifecycle('expire_password'))).toEqual([403, 'E0000038']);
    org.setStatus(email, 'ACTIVE');
    const { body } = await lifecycle('expire_password');
    expect(body).toMatchObject({ status: 'PASSWORD_EXPIRED', profile: { login: email } });
    expect((await signIn(password)).body.status).toBe('PASSWORD_EXPIRED');
  });

  test('expire_password_with_temp_password gives a password that must be changed', async () => {
    await createUser();
    const { body } = await lifecycle('expire_password_with_temp_password');
    expect((await signIn(password)).status).toBe(401);
    expect((await signIn(body.tempPassword)).body.status).toBe('PASSWORD_EXPIRED');
  });

  test('reset_password shuts the user out until the link is used; forgot_password does not', async () => {
    await createUser();
    const forgot = await credentials('forgot_password?sendEmail=false');
    expect(forgot.body.resetPasswordUrl).toMatch(/\/signin\/reset-password\/\w{20}$/);
    expect((await signIn(password)).body.status).toBe('SUCCESS');

    expect(refused(await lifecycle('reset_password'))).toEqual([400, 'E0000028']);
    const reset = await lifecycle('reset_password', '?sendEmail=false');
    expect(reset.body.resetPasswordUrl).toMatch(/\/reset_password\/\w{20}$/);
    expect(await status()).toBe('RECOVERY');
    expect((await signIn(password)).status).toBe(401);
    expect(refused(await credentials('forgot_password'))).toEqual([403, 'E0000034']);
  });

  test('with sendEmail=true both send the mail and return nothing', async () => {
    await createUser();
    expect((await credentials('forgot_password')).body).toEqual({});
    expect((await lifecycle('reset_password', '?sendEmail=true')).body).toEqual({});
    expect(org.outbox.to(email).map(({ kind }) => kind)).toEqual([
      'PASSWORD_RESET',
      'PASSWORD_RESET',
    ]);
  });

  test('an update sets the password without the old one, and strict looks at the history', async () => {
    await createUser();
    const set = (value: string, query = '') =>
      call(org, ['POST', `/api/v1/users/${email}${query}`], {
        body: { credentials: { password: { value } } },
      });
    expect(refused(await set('weak')).slice(0, 2)).toEqual([400, 'E0000001']);
    expect((await set(password)).status).toBe(200);
    expect(refused(await set(password, '?strict=true'))).toEqual([
      400,
      'E0000001',
      'password: Password cannot be your current password',
    ]);
    await lifecycle('expire_password');
    expect((await set(nextPassword)).body.status).toBe('ACTIVE');
    expect((await signIn(nextPassword)).body.status).toBe('SUCCESS');
  });

  test('hashes, hooks and recovery questions are not supported, and say so', async () => {
    for (const given of [
      { password: { hook: { type: 'default' } } },
      { password: { hash: {} } },
      { recovery_question: {} },
    ]) {
      const answer = await call(org, ['POST', '/api/v1/users'], {
        body: { profile: { login: email, email, ...names }, credentials: given },
      });
      expect(refused(answer)).toEqual([501, 'E0000060']);
    }
  });
});

describe('change_password', () => {
  const change = (oldPassword: string, newPassword: string) =>
    credentials('change_password', {
      oldPassword: { value: oldPassword },
      newPassword: { value: newPassword },
    });

  test('verifies the old password and ends the states that wait for a new one', async () => {
    await createUser();
    expect(refused(await change('wrong', nextPassword))).toEqual([
      403,
      'E0000014',
      'Old Password is not correct',
    ]);
    expect(refused(await change(password, password))).toEqual([
      403,
      'E0000014',
      'Password cannot be your current password',
    ]);
    expect(refused(await change(password, 'weak'))[2]).toMatch(
      /^Password requirements were not met\./,
    );
    org.setStatus(email, 'RECOVERY');
    const { body } = await change(password, nextPassword);
    expect(body).toEqual({ password: {}, provider: { type: 'OKTA', name: 'OKTA' } });
    expect(await status()).toBe('ACTIVE');
    expect((await signIn(nextPassword)).body.status).toBe('SUCCESS');
  });

  test('is refused for users without a password and in other statuses', async () => {
    await createUser({ query: '?activate=false', withPassword: false });
    expect(refused(await change(password, nextPassword))).toEqual([403, 'E0000035']);
    org.setStatus(email, 'SUSPENDED');
    expect(refused(await change(password, nextPassword))).toEqual([403, 'E0000038']);
  });
});

describe('sessions', () => {
  async function openSession() {
    const { sessionToken } = (await signIn(password)).body;
    return {
      sessionToken,
      answer: await call(org, ['POST', '/api/v1/sessions'], { body: { sessionToken } }),
    };
  }

  test('a session token opens one session, which can be read, refreshed and closed', async () => {
    const userId = await createUser();
    const { sessionToken, answer } = await openSession();
    expect(answer.body).toMatchObject({ userId, login: email, status: 'ACTIVE', amr: ['pwd'] });
    const again = await call(org, ['POST', '/api/v1/sessions'], { body: { sessionToken } });
    expect(refused(again)).toEqual([401, 'E0000004']);
    const nameless = await call(org, ['POST', '/api/v1/sessions'], { body: {} });
    expect(refused(nameless)).toEqual([400, 'E0000003']);
    const path = `/api/v1/sessions/${answer.body.id}`;
    expect(answer.body._links['self']?.href).toBe(`${org.url}/api/v1/sessions/me`);
    const { body } = await call(org, ['GET', path]);
    expect(body).toEqual({ ...answer.body, _links: expect.anything() });
    expect(body._links['self']?.href).toBe(`${org.url}${path}`);
    expect(body._links['user']).toMatchObject({ name: 'Ada Lovelace' });
    expect((await call(org, ['POST', `${path}/lifecycle/refresh`])).status).toBe(200);
    expect((await call(org, ['DELETE', path])).status).toBe(204);
    const gone = await call(org, ['GET', path]);
    expect(gone.body).toMatchObject({
      errorSummary: `Not found: Resource not found: ${body.id} (AppSession)`,
    });
  });

  test('clearing the sessions of a user ends them', async () => {
    const userId = await createUser();
    const { body } = (await openSession()).answer;
    expect((await call(org, ['DELETE', `/api/v1/users/${userId}/sessions`])).status).toBe(204);
    expect((await call(org, ['GET', `/api/v1/sessions/${body.id}`])).status).toBe(404);
  });

  test('clearing them with oauthTokens=true ends every token too, and without it none', async () => {
    await createUser();
    const credentialsOfAda = { username: email, password };
    const { access, refresh: refreshToken } = await passwordGrant(org, credentialsOfAda);
    const active = async () => (await introspect(org, access)).body['active'];
    await call(org, ['DELETE', `/api/v1/users/${email}/sessions`]);
    expect(await active()).toBe(true);
    await call(org, ['DELETE', `/api/v1/users/${email}/sessions?oauthTokens=true`]);
    expect(await active()).toBe(false);
    expect((await refresh(org, refreshToken)).body).toMatchObject({ error: 'invalid_grant' });
  });

  test('suspending pauses the tokens, deactivating ends them', async () => {
    await createUser();
    const { access } = await passwordGrant(org, { username: email, password });
    const active = async () => (await introspect(org, access)).body['active'];
    await lifecycle('suspend');
    expect(await active()).toBe(false);
    await lifecycle('unsuspend');
    expect(await active()).toBe(true);
    await lifecycle('deactivate');
    org.setStatus(email, 'ACTIVE');
    expect(await active()).toBe(false);
  });
});
