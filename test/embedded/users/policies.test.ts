import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { EmbeddedOkta } from '../../../src/embedded/handle.ts';
import { call, refused } from '../call.ts';
import { sdkAsServiceApp } from '../sdk.ts';
import { startOkta } from '../start.ts';

interface UserSchema {
  readonly definitions: {
    readonly base: {
      readonly required: readonly string[];
      readonly properties: Readonly<Record<string, { permissions: { action: string }[] }>>;
    };
  };
}

let org: EmbeddedOkta;
let later = 0;
beforeAll(async () => {
  org = await startOkta({
    now: () => Date.now() + later,
    seed: {
      passwordPolicy: { minLength: 10, excludeAttributes: ['firstName'], minAgeMinutes: 60 },
      customAttributes: {
        loyaltyTier: { title: 'Loyalty tier', type: 'string', enum: ['gold', 'silver'] },
        points: { title: 'Points', type: 'integer', self: 'HIDE' },
        sizes: { title: 'Sizes', type: 'array', items: { type: 'string' } },
        nickname2: { title: 'Nickname', type: 'string', minLength: 2, maxLength: 4 },
      },
    },
  });
});
afterEach(async () => {
  later = 0;
  await org.reset();
});

const client = (scopes: string[]) => sdkAsServiceApp(org, scopes);

describe('the password policy', () => {
  test("is one that Okta's SDK reads", async () => {
    const { policyApi } = client(['okta.policies.read']);
    const policies = await policyApi.listPolicies({ type: 'PASSWORD' });
    const { value } = await policies.next();
    expect(value).toMatchObject({
      type: 'PASSWORD',
      status: 'ACTIVE',
      system: true,
      settings: {
        password: {
          complexity: { minLength: 10, excludeAttributes: ['firstName'] },
          age: { minAgeMinutes: 60 },
        },
        recovery: {
          factors: {
            okta_email: { status: 'ACTIVE' },
            okta_sms: { status: 'INACTIVE' },
            okta_call: { status: 'INACTIVE' },
            recovery_question: { status: 'INACTIVE' },
          },
        },
        delegation: { options: { skipUnlock: false } },
      },
    });
  });

  test('needs its scope and a type', async () => {
    const { policyApi } = client(['okta.users.read']);
    // The SDK has no error to show where Okta has sent no body.
    await expect(
      policyApi.listPolicies({ type: 'PASSWORD' }).then((policies) => policies.next()),
    ).rejects.toMatchObject({ status: 403, message: expect.not.stringContaining('E0000') });
    expect(refused(await call(org, ['GET', '/api/v1/policies']))).toEqual([
      400,
      'E0000001',
      'type: The field cannot be left blank',
    ]);
    for (const query of ['type=POST_AUTH_SESSION', 'type=PASSWORD&status=INACTIVE']) {
      const others = await call(org, ['GET', `/api/v1/policies?${query}`]);
      expect([others.status, others.body]).toEqual([200, []]);
    }
    const enrolment = await call(org, ['GET', '/api/v1/policies?type=MFA_ENROLL&status=ACTIVE']);
    expect(enrolment.body).toMatchObject([{ type: 'MFA_ENROLL', status: 'ACTIVE' }]);
  });

  test('keeps common passwords out where it is set to', async () => {
    const common =
      'This password was found in a list of commonly used passwords. Please try another password.';
    const strict = await startOkta({ seed: { passwordPolicy: { excludeCommon: true } } });
    const { email, password } = strict.seeded.customer;
    const path = `/api/v1/users/${email}/credentials/change_password`;
    const body = { oldPassword: { value: password }, newPassword: { value: 'Password123' } };
    expect(refused(await call(strict, ['POST', path], { body }))).toEqual([
      403,
      'E0000014',
      common,
    ]);
    const policies = await call(strict, ['GET', '/api/v1/policies?type=PASSWORD']);
    expect(policies.body).toMatchObject([
      { settings: { password: { complexity: { dictionary: { common: { exclude: true } } } } } },
    ]);
    await strict.close();

    // An untouched org has no such list.
    const own = `/api/v1/users/${org.seeded.customer.email}/credentials/change_password`;
    const longer = { ...body, newPassword: { value: 'Password123' } };
    expect((await call(org, ['POST', own], { body: longer })).status).toBe(200);
  });

  test('keeps names out of passwords', async () => {
    const profile = {
      login: 'eve@example.com',
      email: 'eve@example.com',
      firstName: 'Evelyn',
      lastName: 'Boyd',
    };
    const credentials = { password: { value: 'xxEVELYNxx-77' } };
    const answer = await call(org, ['POST', '/api/v1/users'], { body: { profile, credentials } });
    expect(refused(answer).at(-1)).toMatch(/does not include your first name\./);
  });

  test('holds the minimum age against a strict change alone', async () => {
    const path = `/api/v1/users/${org.seeded.customer.email}/credentials/change_password`;
    const change = (from: string, to: string, query = '') =>
      call(org, ['POST', `${path}${query}`], {
        body: { oldPassword: { value: from }, newPassword: { value: to } },
      });
    const { password } = org.seeded.customer;
    expect(refused(await change(password, 'Better-Battery-9', '?strict=true'))).toEqual([
      403,
      'E0000035',
    ]);
    expect((await change(password, 'Better-Battery-9')).status).toBe(200);
    later += 61 * 60_000;
    const again = await change('Better-Battery-9', 'Other-Battery-9', '?strict=true');
    expect(again.status).toBe(200);
  });
});

describe('the profile', () => {
  test("is described by a schema that Okta's SDK reads", async () => {
    const { schemaApi } = client(['okta.schemas.read']);
    const schema = await schemaApi.getUserSchema({ schemaId: 'default' });
    expect(schema.definitions?.base?.required).toEqual(['login', 'firstName', 'lastName', 'email']);
    expect(schema.definitions?.base?.properties?.firstName).toMatchObject({ maxLength: 50 });
    expect(schema.definitions?.custom?.properties).toMatchObject({
      loyaltyTier: { type: 'string', title: 'Loyalty tier' },
      points: { permissions: [{ principal: 'SELF', action: 'HIDE' }] },
      sizes: { type: 'array', items: { type: 'string' } },
    });
  });

  test('lets users write their names, addresses and mobile phone, as an untouched org does', async () => {
    const { body } = await call(org, ['GET', '/api/v1/meta/schemas/user/default']);
    const { properties } = (body as unknown as UserSchema).definitions.base;
    const may = (action: string) =>
      Object.keys(properties).filter((name) => properties[name]?.permissions[0]?.action === action);
    expect(may('READ_WRITE')).toEqual([
      ...['firstName', 'lastName', 'email', 'secondEmail', 'mobilePhone'],
    ]);
    expect(may('HIDE')).toContain('postalAddress');
    expect(may('READ_ONLY')).toContain('department');
    expect(properties['login']).toMatchObject({ title: 'Username', required: true, minLength: 5 });
    expect(properties['profileUrl']).toMatchObject({ format: 'uri', mutability: 'READ_WRITE' });
    expect(properties['profileUrl']).not.toHaveProperty('required');
  });

  test('is without required names where an administrator has made them optional', async () => {
    const lenient = await startOkta({
      seed: { baseAttributes: { lastName: { required: false }, city: { self: 'READ_WRITE' } } },
    });
    const profile = { login: 'eve@example.com', email: 'eve@example.com', firstName: 'Eve' };
    const created = await call(lenient, ['POST', '/api/v1/users'], { body: { profile } });
    expect([created.status, created.body.profile.city]).toEqual([200, undefined]);
    const { body } = await call(lenient, ['GET', '/api/v1/meta/schemas/user/default']);
    const { base } = (body as unknown as UserSchema).definitions;
    expect(base.required).toEqual(['login', 'firstName', 'email']);
    expect(base.properties['lastName']).not.toHaveProperty('required');
    expect(base.properties['city']?.permissions[0]?.action).toBe('READ_WRITE');
    await lenient.close();
  });

  test('has no other type, and needs the scope of schemas', async () => {
    const other = await call(org, ['GET', '/api/v1/meta/schemas/user/otyother']);
    expect(refused(other).slice(0, 2)).toEqual([404, 'E0000007']);
    const { schemaApi } = client(['okta.users.read']);
    await expect(schemaApi.getUserSchema({ schemaId: 'default' })).rejects.toMatchObject({
      status: 403,
    });
  });

  test.each([
    [{ loyaltyTier: 'gold', points: 3, sizes: ['S', 'M'], nickname2: 'eve' }, []],
    [{ loyaltyTier: 'tin' }, ['loyaltyTier: The value is not one of the allowed values']],
    [{ points: 'three' }, ['points: Property value is of the wrong type']],
    [{ points: 1.5 }, ['points: Property value is of the wrong type']],
    [{ sizes: 'S' }, ['sizes: Property value is of the wrong type']],
    [{ sizes: [1] }, ['sizes: Property value is of the wrong type']],
    [{ nickname2: 'eeeee' }, ['nickname2: String is too long (5 chars), maximum length is 4']],
    [{ nickname2: 'e' }, ['nickname2: String is too short (1 chars), minimum length is 2']],
  ])('takes its custom attributes as they are described: %j', async (attributes, causes) => {
    const path = `/api/v1/users/${org.seeded.customer.email}`;
    const answer = await call(org, ['POST', path], { body: { profile: attributes } });
    if (causes.length > 0) expect(refused(answer)).toEqual([400, 'E0000001', ...causes]);
    else expect(answer.body.profile).toMatchObject(attributes);
  });
});
