import { expect, test } from 'vitest';
import { InvalidSeed, parseSeed, readSeed } from '../../../src/cli/okta/seed-file.ts';

/** The faults of a text, as lines for a person. */
function faultsOf(text: string): readonly string[] {
  try {
    parseSeed(text, 'users.json');
    return [];
  } catch (error) {
    if (!(error instanceof InvalidSeed)) throw error;
    return error.problems.map(({ line, path, problem }) => `${line} ${path}: ${problem}`);
  }
}

const ada = '"email": "ada@example.com", "password": "Correct-Horse-7"';

test('a seed has users with factors, apps, custom attributes, and the policy for factors', () => {
  const seed = parseSeed(
    `{
      "users": [
        { ${ada}, "login": "ada", "status": "LOCKED_OUT", "firstName": "Ada", "assigned": false },
        { "id": "00u1AAAAAAAAAAAAAAAA", "email": "b@example.com", "password": null, "factors": [
          { "type": "token:software:totp", "secret": "JBSWY3DPEHPK3PXP" },
          { "type": "email" },
          { "type": "sms", "phoneNumber": "+15551234567" },
          { "type": "push", "numberMatching": true }
        ] }
      ],
      "apps": [{ "clientId": "spa", "redirectUris": ["http://localhost:3000/callback"] }],
      "customAttributes": { "tier": { "title": "Tier", "type": "string", "enum": ["gold"] } },
      "mfa": "REQUIRED"
    }`,
    'users.json',
  );
  expect(seed.users?.map(({ email }) => email)).toEqual(['ada@example.com', 'b@example.com']);
  expect(seed.users?.[1]?.factors).toHaveLength(4);
  expect(seed.clients).toEqual([
    expect.objectContaining({
      clientId: 'spa',
      label: 'spa',
      authentication: 'none',
      secret: null,
    }),
  ]);
  expect(seed).toMatchObject({ mfa: 'REQUIRED', customAttributes: { tier: { title: 'Tier' } } });
});

test('an empty object is a seed with nothing in it, with a byte order mark too', () => {
  expect(parseSeed('\uFEFF{}', 'users.json')).toEqual({});
});

test.each([
  ['nothing', '', '1 : A value is missing here.'],
  ['a word', 'users', '1 : This is not JSON.'],
  ['a comment', '{\n// users\n}', '2 : JSON has no comments.'],
  ['a comma too many', '{\n"users": [],\n}', '3 : A name in double quotes is missing here.'],
  ['a comma too few', '{\n"users": []\n"mfa": "OFF"}', '3 : A comma is missing here.'],
  ['an open string', '{"mfa": "OFF\n}', '1 : A closing double quote is missing here.'],
  ['an open list', '{"users": [', '1 : A closing ] is missing here.'],
  ['two values', '{}\n{}', '2 : The JSON has ended before.'],
])('a text that is no JSON, with %s, is refused at its line', (_what, text, fault) => {
  expect(faultsOf(text)[0]).toBe(fault);
});

test.each([
  ['a list', '[]', '1 : It has to be an object.'],
  ['an unknown member', '{\n"user": []}', '2 user: There is no such member.'],
  ['users that are no list', '{"users": {}}', '1 users: It has to be a list.'],
  ['no password', '{"users": [\n{"email": "a@b.example"}]}', '2 users[0].password: It is missing.'],
  [
    'a misspelt member',
    `{"users": [{${ada},\n"asigned": true}]}`,
    '2 users[0].asigned: There is no such member.',
  ],
  [
    'an unknown status',
    `{"users": [{${ada},\n"status": "active"}]}`,
    '2 users[0].status: It has to be one of: STAGED, PROVISIONED, ACTIVE, PASSWORD_EXPIRED, SUSPENDED, DEPROVISIONED, LOCKED_OUT, RECOVERY.',
  ],
  [
    'an unknown factor',
    `{"users": [{${ada}, "factors": [\n{"type": "carrier pigeon"}]}]}`,
    '2 users[0].factors[0].type: Its type has to be one of: token:software:totp, email, sms, push.',
  ],
  [
    'a factor without its number',
    `{"users": [{${ada}, "factors": [\n{"type": "sms"}]}]}`,
    '2 users[0].factors[0].phoneNumber: It is missing.',
  ],
  [
    'a telephone number of no country',
    `{"users": [{${ada}, "factors": [{"type": "sms", "phoneNumber": "0151"}]}]}`,
    '1 users[0].factors[0].phoneNumber: It has to be E.164, such as +15551234567.',
  ],
  [
    'a secret that is not base32',
    `{"users": [{${ada}, "factors": [{"type": "token:software:totp", "secret": "1"}]}]}`,
    '1 users[0].factors[0].secret: It has to be base32: 16 or more of A to Z and 2 to 7.',
  ],
  [
    'a login twice',
    `{"users": [{${ada}},\n{"email": "ADA@example.com", "password": null}]}`,
    '2 users[1].email: An earlier one has it already.',
  ],
  [
    'a client id twice',
    '{"apps": [{"clientId": "spa"},\n{"clientId": "spa"}]}',
    '2 apps[1].clientId: An earlier one has it already.',
  ],
  ['a name twice', '{"mfa": "OFF",\n"mfa": "OFF"}', '2 : The object has two members "mfa".'],
  [
    'an id of no user',
    `{"users": [{${ada}, "id": "1"}]}`,
    '1 users[0].id: It has to be 00u and 17 letters or digits.',
  ],
  [
    'an id twice',
    `{"users": [{${ada}, "id": "00u11111111111111111"},\n{"email": "b@b.example", "password": null, "id": "00u11111111111111111"}]}`,
    '2 users[1].id: An earlier one has it already.',
  ],
  [
    'a grant that the org does not serve',
    '{"apps": [{"clientId": "spa", "grantTypes": ["implicit"]}]}',
    '1 apps[0].grantTypes[0]: It has to be one of: authorization_code, refresh_token, password, client_credentials, http://auth0.com/oauth/grant-type/mfa-otp, http://auth0.com/oauth/grant-type/mfa-oob.',
  ],
  [
    'a service without a secret',
    '{"apps": [{"clientId": "job", "grantTypes": ["client_credentials"]}]}',
    '1 apps[0].grantTypes: client_credentials needs an app with a secret.',
  ],
  [
    'a client id with a space',
    '{"apps": [{"clientId": "my app"}]}',
    "1 apps[0].clientId: It has to be up to 100 letters, digits, or any of $-_.+!*'(),",
  ],
  [
    'a custom attribute that is one of Okta',
    '{"customAttributes": {"login": {"title": "Login", "type": "string"}}}',
    '1 customAttributes.login: Okta itself has an attribute of this name.',
  ],
  [
    'an attribute whose name is no variable',
    '{"customAttributes": {"loyalty tier": {"title": "Tier", "type": "string"}}}',
    '1 customAttributes.loyalty tier: Its name has to be letters, digits and underscores, with a letter first.',
  ],
  [
    'an array of nothing',
    '{"customAttributes": {"tags": {"title": "Tags", "type": "array"}}}',
    '1 customAttributes.tags.items: An array needs it.',
  ],
  [
    'lengths that no text has',
    '{"customAttributes": {"tier": {"title": "Tier", "type": "string", "minLength": 5, "maxLength": 2}}}',
    '1 customAttributes.tier.minLength: It is more than maxLength.',
  ],
  [
    'values of a flag',
    '{"customAttributes": {"vip": {"title": "VIP", "type": "boolean", "enum": ["yes"]}}}',
    '1 customAttributes.vip.enum: Only a string has it.',
  ],
  [
    'no address',
    '{"users": [{"email": "ada", "password": null}]}',
    '1 users[0].email: It has to be an e-mail address.',
  ],
  [
    'no URL',
    '{"apps": [{"clientId": "spa", "redirectUris": ["cb"]}]}',
    '1 apps[0].redirectUris[0]: It has to be a URL.',
  ],
])('a seed with %s is refused by line and path', (_what, text, fault) => {
  expect(faultsOf(text)).toEqual([fault]);
});

test('all faults are reported at once, and no value of the file, which may be a password', () => {
  const text = '{"users": [{"email": "hush-hush", "password": 1, "status": "hush-hush"}], "x": 1}';
  expect(faultsOf(text)).toHaveLength(4);
  expect(() => parseSeed(text, 'users.json')).toThrow(
    /^users\.json is not a valid seed:\n\n {2}line 1, /,
  );
  expect(faultsOf(text).join()).not.toContain('hush-hush');
});

test('a file that cannot be read is named with the reason', async () => {
  await expect(readSeed('/nowhere/users.json')).rejects.toThrow(
    'The seed /nowhere/users.json cannot be read (ENOENT).',
  );
});
