import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pullProfileSchema } from '../../../src/cli/schema/pull-profile-schema.ts';
import type { EmbeddedOkta } from '../../../src/embedded/handle.ts';
import { readProfileSchema } from '../../../src/graphql/account/profile-schema.ts';
import { ProviderMisconfigured } from '../../../src/identity/errors.ts';
import { startOkta } from '../../embedded/start.ts';
import { embeddedConfig, serviceApp } from '../../okta/embedded-config.ts';

const committed = new URL('../../../schema/profile.json', import.meta.url);

let okta: EmbeddedOkta;
let folder: string;
let file: URL;
beforeAll(async () => {
  okta = await startOkta({
    seed: {
      customAttributes: {
        tier: { title: 'Tier', type: 'string', enum: ['gold', 'tin'], maxLength: 9 },
        points: { title: 'Points', type: 'integer', self: 'READ_ONLY' },
        sizes: { title: 'Sizes', type: 'array', items: { type: 'string' }, required: true },
      },
    },
  });
  folder = await mkdtemp(`${tmpdir()}/profile-schema-`);
  file = pathToFileURL(`${folder}/profile.json`);
  await copyFile(committed, file);
});
afterAll(() => rm(folder, { recursive: true }));

const pull = () => pullProfileSchema(embeddedConfig(okta, { management: serviceApp(okta) }), file);
const read = () => readProfileSchema(file);

test('the committed file shows the fields as the embedded org has them, and no attribute', async () => {
  await pull();
  expect(readProfileSchema(committed)).toEqual({ fields: read().fields, attributes: {} });
});

test('attributes of the org come in, not shown to any caller', async () => {
  await copyFile(committed, file);
  expect(await pull()).toEqual([
    'New, not shown: tier',
    'New, not shown: points',
    'New, not shown: sizes',
    'Required by the org, and no customer can give it: sizes',
    'To show an attribute set its visibility to "public" or "private", and start the API again.',
    'Its GraphQL schema is then what `okta-account-api schema --print schema` prints.',
  ]);
  const any = { visibility: 'none', values: null, minLength: null, maxLength: null };
  expect(read().attributes).toEqual({
    tier: {
      ...any,
      title: 'Tier',
      type: 'string',
      list: false,
      values: ['gold', 'tin'],
      writable: true,
      required: false,
      maxLength: 9,
    },
    points: {
      ...any,
      title: 'Points',
      type: 'integer',
      list: false,
      writable: false,
      required: false,
    },
    sizes: { ...any, title: 'Sizes', type: 'string', list: true, writable: true, required: true },
  });
});

test('what was shown stays shown, and what is gone goes', async () => {
  const before = read();
  const tier = { ...before.attributes['tier'], visibility: 'public', title: 'Old title' };
  const city = { ...tier, visibility: 'private' };
  const attributes = { ...before.attributes, tier, city, lost: tier };
  await writeFile(file, JSON.stringify({ ...before, attributes }));
  expect(await pull()).toContain('Gone from the org: lost');
  const after = read().attributes;
  expect(after['tier']).toMatchObject({ visibility: 'public', title: 'Tier' });
  // One of the base profile, which is kept up since the file names it.
  expect(after['city']).toMatchObject({ visibility: 'private', title: 'City', writable: false });
  expect(after).not.toHaveProperty('lost');
});

test('an attribute of a new form is left as the file has it, and harms no other', async () => {
  await pull();
  const before = read();
  const headers = { authorization: `SSWS ${okta.seeded.apiToken}` };
  const schema = await (
    await fetch(`${okta.url}/api/v1/meta/schemas/user/default`, { headers })
  ).json();
  const { properties } = schema.definitions.custom;
  properties.tier = { title: 'Tier', type: 'interval' };
  properties.points.enum = [1, null, { const: 2 }];
  properties.odd = 'odd';
  const body = JSON.stringify(schema);
  okta.fail({ path: '/api/v1/meta', times: 1, fault: { kind: 'answer', status: 200, body } });
  const lines = await pull();
  expect(lines.filter((line) => line.includes('left as it is'))).toEqual([
    'Of an unknown form, left as it is: tier',
    'Of an unknown form, left as it is: odd',
  ]);
  const after = read().attributes;
  expect(after['tier']).toEqual(before.attributes['tier']);
  expect(after['points']?.values).toEqual(['1']);
  expect(after['sizes']).toEqual(before.attributes['sizes']);
});

test('an org that refuses leaves the file as it is', async () => {
  const before = await readFile(file, 'utf8');
  const body = JSON.stringify({ errorCode: 'E0000006', errorSummary: 'No permission.' });
  okta.fail({ path: '/api/v1/meta', fault: { kind: 'answer', status: 403, body } });
  await expect(pull()).rejects.toBeInstanceOf(ProviderMisconfigured);
  expect(await readFile(file, 'utf8')).toBe(before);
});

test.each([
  ['{}', 'fields, attributes'],
  ['{"fields": {}, "attributes": {"__proto__x": {}}}', 'attributes.__proto__x'],
])('a file with %s in it is refused with the place of the fault', async (text, place) => {
  await writeFile(file, text);
  expect(read).toThrow(place);
});
