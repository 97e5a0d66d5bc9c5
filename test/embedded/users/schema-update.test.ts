import { beforeAll, expect, test } from 'vitest';
import type { EmbeddedOkta } from '../../../src/embedded/handle.ts';
import { call } from '../call.ts';
import { startOkta } from '../start.ts';

let org: EmbeddedOkta;
beforeAll(async () => {
  org = await startOkta();
});

const path = '/api/v1/meta/schemas/user/default';
const change = (part: 'base' | 'custom', properties: object) =>
  call(org, ['POST', path], { body: { definitions: { [part]: { properties } } } });

/** The causes of a refusal; none: the account was made. */
async function signUp(login: string, more: object = {}) {
  const email = 'someone@example.com';
  const profile = { login, email, firstName: 'Ada', lastName: 'Lovelace' };
  const { body } = await call(org, ['POST', '/api/v1/users?activate=false'], {
    body: { profile: { ...profile, ...more } },
  });
  const { errorCauses = [] } = body as unknown as { errorCauses?: { errorSummary: string }[] };
  return errorCauses.map(({ errorSummary }) => errorSummary);
}

test('an attribute that an administrator adds is in the schema, and is required of new users', async () => {
  const tier = { title: 'Tier', type: 'string', required: true, enum: ['gold', 'silver'] };
  const { status, body } = await change('custom', { tier });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    definitions: { custom: { properties: { tier }, required: ['tier'] } },
  });
  expect(await signUp('ada@example.com')).toEqual(['tier: The field cannot be left blank']);
  expect(await signUp('ada@example.com', { tier: 'gold' })).toEqual([]);

  await change('custom', { tier: null });
  const { body: after } = await call(org, ['GET', path]);
  expect(JSON.stringify(after)).not.toContain('tier');
});

test('a name may be made optional, and the login may get another form', async () => {
  await change('base', { lastName: { required: false }, login: { pattern: '[a-z]+' } });
  expect(await signUp('grace', { lastName: null })).toEqual([]);
  expect(await signUp('grace@example.com')).toEqual(['login: Does not match required pattern']);
  await change('base', { login: { pattern: null } });
  expect(await signUp('hedyx')).toEqual([
    'login: Username must be in the form of an email address',
  ]);
});

test('an attribute that cannot be is refused, and changes nothing', async () => {
  const { body: before } = await call(org, ['GET', path]);
  for (const [part, properties, code] of [
    ['custom', { login: { title: 'Login', type: 'string' } }, 'E0000001'],
    ['base', { tier: { required: true } }, 'E0000001'],
    ['base', { login: { pattern: '[' } }, 'E0000001'],
    ['custom', { tier: { title: 'Tier', type: 'colour' } }, 'E0000003'],
  ] as const) {
    const { status, body } = await change(part, properties);
    expect([status, (body as unknown as { errorCode: string }).errorCode]).toEqual([400, code]);
  }
  expect((await call(org, ['GET', path])).body).toEqual(before);
});
