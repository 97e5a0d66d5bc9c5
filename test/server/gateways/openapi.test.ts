import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createConfig, lint } from '@redocly/openapi-core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { load } from 'js-yaml';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { logIn } from '../../features/flows.ts';
import { openEvents, soon } from '../../support/event-stream.ts';
import { type Stack, startStack } from '../../support/start.ts';
import { send } from '../tiny.ts';

const file = fileURLToPath(new URL('../../../schema/openapi.yaml', import.meta.url));

interface Answer {
  readonly $ref?: string;
  readonly headers?: Record<string, { readonly $ref?: string; readonly required?: boolean }>;
  readonly content?: Record<string, { readonly schema: object }>;
}
interface Description {
  readonly info: { readonly version: string };
  readonly paths: Record<string, Record<string, { readonly responses: Record<string, Answer> }>>;
  readonly components: Record<string, Record<string, unknown>>;
}
const description = load(readFileSync(file, 'utf8')) as Description;

const ajv = new Ajv2020({ strict: false });
formats.default(ajv);
ajv.addSchema({ $id: 'openapi', ...description });

const password = 'Correct-Horse-7';
const customer = { email: 'zoe@example.com', password, firstName: 'Zoë', lastName: 'Becker' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const hookSecret = 'a-secret-of-the-hook';
const metadata = '/.well-known/oauth-authorization-server';

let stack: Stack;
let away: Stack;
let good: string;
/** Its profile is not cached. */
let unread: string;
beforeAll(async () => {
  stack = await startStack({ seed: { users: [customer] } });
  good = (await logIn(stack, customer)).accessToken;
  away = await startStack({
    seed: { users: [customer] },
    secrets: { hookSecrets: [hookSecret] },
  });
  unread = (await logIn(away, customer)).accessToken;
  away.okta.fail({ path: '/', fault: { kind: 'answer', status: 500 } });
});
afterAll(async () => {
  await stack.close();
  await away.close();
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const asService = () => ({ ...form, authorization: stack.basic });

/** One request for each status that the description names. */
const requests: Record<string, () => ReturnType<typeof send>> = {
  'post /introspect 200': () =>
    send(stack.url, { path: '/introspect', headers: asService(), body: `token=${good}` }),
  'post /introspect 400': () =>
    send(stack.url, { path: '/introspect', headers: asService(), body: 'a=b' }),
  'post /introspect 401': () =>
    send(stack.url, { path: '/introspect', headers: form, body: 'token=x' }),
  'post /introspect 405': () => send(stack.url, { path: '/introspect', method: 'PUT' }),
  'post /introspect 413': () =>
    send(stack.url, { path: '/introspect', headers: asService(), body: 'x'.repeat(70_000) }),
  'post /introspect 415': () =>
    send(stack.url, { path: '/introspect', headers: { authorization: stack.basic }, body: '{}' }),
  'post /introspect 503': () =>
    send(away.url, {
      path: '/introspect',
      headers: { ...form, authorization: away.basic },
      body: `token=${unread}&freshness=INTROSPECT`,
    }),
  'get /events 200': async () => {
    const { status, headers, text } = await openEvents(stack.url, { authorization: stack.basic });
    await soon(() => expect(text()).toContain('event: hello'));
    return { status, headers, text: text(), json: {} };
  },
  'get /events 401': () => get('/events'),
  'get /events 403': () => get('/events', bearer(good)),
  'get /events 405': () => send(stack.url, { path: '/events', body: '{}' }),
  'get /events 429': async () => {
    const authorization = stack.basic;
    const streams = Array.from({ length: 101 }, () => openEvents(stack.url, { authorization }));
    await Promise.all(streams);
    return get('/events', { authorization });
  },
  'get /events 503': async () => {
    // Whatever was revoked is unknown from here on.
    const headers = { authorization: hookSecret };
    await send(away.url, { path: '/hooks/okta', headers, body: '{"data":{"events":[{}]}}' });
    return get('/events', bearer(unread), away);
  },
  'get /auth 200': () => get('/auth', bearer(good)),
  'get /auth 400': () => get('/auth?freshness=never'),
  'get /auth 401': () => get('/auth'),
  'get /auth 403': () => get('/auth?scope=orders', bearer(good)),
  'get /auth 503': () => get('/auth?freshness=CACHED', bearer(unread), away),
  'get /userinfo 200': () => get('/userinfo', bearer(good)),
  'get /userinfo 401': () => get('/userinfo'),
  'get /userinfo 403': async () => {
    const other = await startStack({ beside: stack, okta: { scopes: ['offline_access'] } });
    const { accessToken } = await logIn(other, customer);
    await other.close();
    return get('/userinfo', bearer(accessToken));
  },
  'get /userinfo 405': () => send(stack.url, { path: '/userinfo', method: 'DELETE' }),
  'get /userinfo 503': () => get('/userinfo', bearer(unread), away),
  [`get ${metadata} 200`]: () => get(metadata),
  [`get ${metadata} 400`]: () => get(metadata, { host: 'a b' }),
  [`get ${metadata} 405`]: () => send(stack.url, { path: metadata, body: '{}' }),
  'get /live 200': () => get('/live'),
  'get /live 405': () => send(stack.url, { path: '/live', body: '{}' }),
  'get /ready 200': () => get('/ready'),
  'get /ready 405': () => send(stack.url, { path: '/ready', body: '{}' }),
  'get /ready 503': () => get('/ready', {}, away),
};

function get(path: string, headers: Record<string, string> = {}, from: Stack = stack) {
  return send(from.url, { path, method: 'GET', headers });
}

const described = Object.entries(description.paths).flatMap(([path, methods]) =>
  Object.entries(methods).flatMap(([method, { responses }]) =>
    Object.entries(responses).map(([status, answer]) => ({
      name: `${method} ${path} ${status}`,
      status: Number(status),
      answer,
    })),
  ),
);

test('the description passes the linter with its recommended rules', async () => {
  const config = await createConfig({
    extends: ['recommended'],
    rules: { 'no-server-example.com': 'off', 'operation-4xx-response': 'off' },
  });
  const problems = await lint({ ref: file, config });
  expect(problems.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([]);
});

test('there is a request for every status that is described, and for no other', () => {
  expect(Object.keys(requests)).toEqual(described.map(({ name }) => name));
});

test.each(described)('the running server answers as described: $name', async (each) => {
  const answer = await requests[each.name]?.();
  expect(answer?.status).toBe(each.status);
  const { headers = {}, content } = resolve(each.answer);
  for (const [header, { $ref, required }] of Object.entries(headers)) {
    if (required || $ref !== undefined) {
      expect(answer?.headers).toHaveProperty(header.toLowerCase());
    }
  }
  const schema = content?.['application/json']?.schema;
  if (schema === undefined) return;
  const validate = ajv.compile(absolute(schema));
  validate(JSON.parse(answer?.text ?? ''));
  expect(validate.errors).toBeNull();
});

test('the version is that of the package', () => {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  expect(description.info.version).toBe((JSON.parse(text) as { version: string }).version);
});

function resolve(answer: Answer): Answer {
  const name = answer.$ref?.split('/').at(-1);
  return name === undefined ? answer : (description.components['responses']?.[name] as Answer);
}

/** References within the file, as references to the schema that AJV knows the file by. */
function absolute(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/'));
}
