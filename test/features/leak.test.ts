import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type RawAnswer, type RawRequest, send } from '../server/tiny.ts';
import { type Stack, startStack } from '../support/start.ts';
import { bearer, logIn } from './flows.ts';

/**
 * Each holds its mark several times, so that a text that was cut or edited in the middle still shows
 * it. None is a name of GraphQL, except the last: an alias may well be part of an answer.
 */
const marks = { password: 'Zq7xKw9v', email: 'wj4hyx8m', token: 'Tk5rNb2c', name: 'vx6dLp3s' };
/** Of digits alone. */
const code = '8041729365';
const times = (mark: string) => `${mark}-${mark}-${mark}`;
const password = `${times(marks.password)}!`;
const email = `${times(marks.email)}@example.com`;
const token = times(marks.token);
const name = marks.name.repeat(3);

interface Example {
  readonly document: string;
  readonly authorization: 'none' | 'customer' | 'service';
  readonly variables: Readonly<Record<string, unknown>>;
}
const folder = new URL('../../schema/operations/', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, folder), 'utf8');
const examples: readonly Example[] = JSON.parse(read('examples.json'));

const markOf = new Map<string, string>([
  ...['email', 'newEmail'].map((key) => [key, email] as const),
  ...['password', 'currentPassword', 'newPassword'].map((key) => [key, password] as const),
  ...['firstName', 'lastName', 'displayName'].map((key) => [key, times(marks.name)] as const),
  ...['token', 'refreshToken', 'accessToken', 'resetToken', 'transaction'].map(
    (key) => [key, token] as const,
  ),
  ['code', code],
  ['phoneNumber', `+${code}`],
  ...['id', 'factorId', 'sessionId'].map((key) => [key, token] as const),
]);
const closed: readonly string[] = ['freshness', 'scope', 'type', 'locale'];

/** The same variables with a mark for every text that a caller makes up. */
function marked(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return [token, email];
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, marked(one, name)]),
    );
  }
  if (typeof value !== 'string' || closed.includes(key)) return value;
  const mark = markOf.get(key);
  if (mark === undefined) throw new Error(`No mark for ${key}.`);
  return mark;
}
const nameOf = ({ document }: Example) => document.replace('.graphql', '');
const documents = Object.fromEntries(examples.map((one) => [nameOf(one), read(one.document)]));
const inputs = Object.fromEntries(examples.map((one) => [nameOf(one), marked(one.variables, '')]));

const literals = [
  `mutation { logIn(input: {email: "${email}", password: "${password}"}) { __typename } }`,
  `mutation { logIn(input: {email: "${email}", password: ${name}}) { __typename } }`,
  `mutation { logIn(input: {email: "${email}", ${name}: "${password}"}) { __typename } }`,
  `mutation { signUp(input: """${password} "${email}" """) { __typename } }`,
  `mutation { resetPassword(input: {resetToken: "${token}", newPassword: {a: "${password}"}}) { __typename } }`,
  `query ${name} { validateToken(input: {token: "${token}", freshness: ${name}}) { active reason } }`,
  `query($${name}: ${name}! = "${password}") { me { ${name} @${name} } ...${name} }`,
  `{ users(ids: ["${token}", {x: "${password}"}]) { id } }`,
  `{ _service { sdl } _entities(representations: [{__typename: "User", id: "${token}"}]) { __typename } }`,
];

const operation = fc.constantFrom(...Object.keys(documents)).map((file) => ({
  query: documents[file] ?? '',
  variables: inputs[file],
}));
const wrongValue = fc.constantFrom<unknown>(
  ...[[password], { [password]: token }, { x: { y: email } }, null, 12345, true, token, ''],
);
const wrongVariables = fc
  .tuple(operation, wrongValue, fc.boolean())
  .map(([{ query }, value, deep]) => ({
    query,
    variables: deep ? { input: { email: value, password: value, token: value } } : { input: value },
  }));
const inline = fc.constantFrom(...literals).map((query) => ({ query }));
const extras = fc.record(
  {
    operationName: fc.constantFrom<unknown>(name, password, [password]),
    extensions: fc.constant({ [name]: password }),
  },
  { requiredKeys: [] },
);

/** Deletes, inserts, and cuts at any place. */
const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.nat({ max: 3 }),
  insert: fc.constantFrom(
    '',
    '',
    '"',
    '\\',
    '{',
    '}',
    ':',
    '\n',
    '\u0000',
    '$',
    '#',
    `"${password}`,
  ),
});
const edited = (text: string, edits: readonly { at: number; remove: number; insert: string }[]) =>
  edits.reduce((now, { at, remove, insert }) => {
    const start = Math.floor(at * now.length);
    return now.slice(0, start) + insert + now.slice(start + remove);
  }, text);

const header = fc.constantFrom<Record<string, string>>(
  {},
  {},
  { authorization: `Bearer ${token}` },
  { authorization: `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}` },
  { authorization: `${token} ${password}` },
  { 'x-customer-token': token },
  { 'x-request-id': `${password} ${token}` },
  { origin: `https://${times(marks.name)}.example.com`, cookie: `session=${token}` },
  { accept: `application/${name}` },
  { 'content-type': 'text/plain' },
  { 'content-type': `application/json; charset=${name}` },
);

const request: fc.Arbitrary<RawRequest> = fc
  .tuple(
    fc.oneof(operation, wrongVariables, inline),
    extras,
    fc.oneof(fc.constant([]), fc.array(edit, { maxLength: 3 })),
    fc.oneof(fc.constant([]), fc.array(edit, { maxLength: 2 })),
    header,
    fc.integer({ min: 0, max: 19 }),
  )
  .map(([body, more, queryEdits, bodyEdits, headers, kind]) => {
    const query = edited(body.query, queryEdits);
    const json = edited(JSON.stringify({ ...body, ...more, query }), bodyEdits);
    const search = new URLSearchParams({ query, variables: JSON.stringify(body) });
    if (kind === 0) return { method: 'GET', path: `/graphql?${search}`, headers };
    if (kind === 1) return { method: 'GET', path: `/${token}?${search}`, headers };
    return { headers: { 'content-type': 'application/json', ...headers }, body: json };
  });

const hookSecret = 'a-secret-of-the-hook';
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const event = {
  eventType: 'user.lifecycle.suspend',
  actor: { id: token, alternateId: email, displayName: times(marks.name) },
  target: [{ type: 'User', id: token, alternateId: email }],
};
/** The requests outside GraphQL. @param basic of a service */
const gateways = (basic: string): readonly RawRequest[] => [
  { path: '/introspect', headers: { ...form, authorization: basic }, body: `token=${token}` },
  {
    path: '/introspect',
    headers: form,
    body: String(new URLSearchParams({ token, client_id: name, client_secret: password })),
  },
  { method: 'GET', path: '/auth', headers: { authorization: `Bearer ${token}` } },
  { method: 'GET', path: `/auth/${token}?scope=${name}`, headers: { authorization: basic } },
  {
    path: '/hooks/okta',
    headers: { authorization: hookSecret },
    body: JSON.stringify({ data: { events: [event] } }),
  },
  { path: '/hooks/okta', headers: { authorization: password }, body: JSON.stringify(event) },
];

const leaks = (text: string) =>
  [...Object.values(marks), code].filter((mark) => text.includes(mark));
const whole = ({ status, headers, text }: RawAnswer) =>
  `${status}\n${JSON.stringify(headers)}\n${text}`;
/**
 * Okta knows no other way for two things: a session token and a code are in the URL of `authorize`,
 * and a customer's address is in that of the look-up by address.
 */
const urls = (stack: Stack) =>
  stack.okta.requests
    .all()
    .filter(({ path }) => !path.endsWith('/v1/authorize'))
    .map(({ method, path, query }) => {
      const url = decodeURIComponent(`${path}?${query}`);
      const isLookUp = method === 'GET' && /^\/api\/v1\/users\/[^/]+@[^/]+\?$/.test(url);
      return isLookUp ? url.replaceAll(marks.email, '') : url;
    })
    .join('\n');

const seed = Number(process.env['LEAK_SEED'] ?? Date.now() % 2 ** 31);
const stacks: Stack[] = [];
const printed: string[] = [];
beforeAll(async () => {
  process.stdout.write(`leak.test.ts: seed ${seed}, repeat it with LEAK_SEED\n`);
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, method).mockImplementation((...parts) => void printed.push(parts.join(' ')));
  }
  const shared = { metrics: true, secrets: { hookSecrets: [hookSecret] } };
  stacks.push(await startStack({ ...shared, production: false, flow: 'password' }));
  stacks.push(await startStack({ ...shared, production: true, flow: 'authn' }));
});
afterAll(async () => {
  for (const stack of stacks) await stack.close();
  vi.restoreAllMocks();
});

async function expectQuiet(stack: Stack, secrets: readonly string[] = []): Promise<void> {
  const left = [stack.logs.join('\n'), printed.join('\n'), urls(stack), await stack.scrape()];
  for (const text of left) {
    expect(leaks(text)).toEqual([]);
    for (const secret of secrets) expect(text).not.toContain(secret);
  }
}

test('600 good, bad and malformed requests get nothing back of what they sent', async () => {
  const untouched = [
    ...literals.map((query) => ({ query })),
    ...Object.keys(documents).map((file) => ({ query: documents[file], variables: inputs[file] })),
  ].map((body) => ({ body: JSON.stringify(body) }));
  const generated = fc.sample(request, { numRuns: 270, seed });
  for (const stack of stacks) {
    const requests = [...untouched, ...gateways(stack.basic), ...generated];
    for (let start = 0; start < requests.length; start += 20) {
      const batch = requests.slice(start, start + 20);
      const answers = await Promise.all(batch.map((one) => send(stack.url, one)));
      for (const [index, answer] of answers.entries()) {
        const shown = JSON.stringify([batch[index], answer.text]);
        expect(leaks(whole(answer)), shown).toEqual([]);
        expect(answer.status, shown).toBeLessThan(500);
        expect(answer.text, shown).not.toContain('INTERNAL');
      }
    }
    expect(stack.logs.length).toBeGreaterThanOrEqual(300);
    await expectQuiet(stack);
  }
}, 120_000);

/** What Okta might say, were it as careless as a parser: its texts must stop at the adapter. */
const quoting = (sent: string) => [
  JSON.stringify({
    errorCode: 'E0000001',
    errorSummary: `Api validation failed: ${sent}`,
    errorCauses: [{ errorSummary: `login: what is ${sent}?` }],
  }),
  JSON.stringify({ error: 'invalid_request', error_description: `Nothing is known of ${sent}` }),
  `<html>${sent}`,
];
const textsOf = (value: unknown): string[] =>
  typeof value === 'object' && value !== null
    ? Object.values(value).flatMap(textsOf)
    : [`${value}`];

/** Every operation and gateway, each by a caller who may ask for it, with all that it sends. */
async function permitted(stack: Stack): Promise<readonly { request: RawRequest; sent: string }[]> {
  const { accessToken } = await logIn(stack);
  const operations = examples.map((example) => {
    const file = nameOf(example);
    const isCustomer = example.authorization === 'customer';
    const authorization = isCustomer ? bearer(accessToken).authorization : stack.basic;
    const body = JSON.stringify({ query: documents[file], variables: inputs[file] });
    return { request: { headers: { authorization }, body }, sent: textsOf(inputs[file]).join(' ') };
  });
  const everything = `${email} ${password} ${token} ${name}`;
  const others = gateways(stack.basic).map((request) => ({ request, sent: everything }));
  return [...operations, ...others];
}

test('what Okta quotes of a request goes no further', async () => {
  const quoted = async (stack: Stack, turn: number) => {
    for (const [count, { request, sent }] of (await permitted(stack)).entries()) {
      for (const [place, status] of [200, 400, 401, 403, 404, 429, 500].entries()) {
        for (const [kind, body] of quoting(sent).entries()) {
          // Half of them each, and both stacks together all.
          if ((count + place + kind + turn) % stacks.length !== 0) continue;
          const headers = { 'content-type': 'application/json', 'x-okta-request-id': 'a-request' };
          const fault = { kind: 'answer', status, headers, body } as const;
          const undo = stack.okta.fail({ path: '/', fault });
          const answer = await send(stack.url, request);
          undo();
          expect(leaks(whole(answer)), `${request.body} ${status} ${answer.text}`).toEqual([]);
        }
      }
    }
    await expectQuiet(stack);
  };
  await Promise.all(stacks.map(quoted));
}, 120_000);

interface Journey {
  readonly [field: string]: { readonly tokens?: Record<string, string> } | undefined;
}

test('a whole journey shows each secret only to its owner', async () => {
  for (const stack of stacks) {
    const call = async (file: string, variables: unknown, authorization = '') => {
      const headers = { 'content-type': 'application/json', authorization };
      const body = JSON.stringify({ query: documents[file], variables });
      const answer = await send(stack.url, { headers, body });
      expect(answer.json.errors).toBeUndefined();
      expect(JSON.stringify(answer.headers)).not.toMatch(RegExp(Object.values(marks).join('|')));
      expect(answer.text).not.toContain(marks.password);
      return { text: answer.text, data: answer.json.data as Journey };
    };
    // Past what is remembered of the failures before.
    stack.clock.advance(60_000);
    await call('sign-up', inputs['sign-up']);
    const { data } = await call('log-in', { input: { email, password } });
    const first = data['logIn']?.tokens ?? {};
    const refreshed = await call('refresh-token', {
      input: { refreshToken: first['refreshToken'] },
    });
    const second = refreshed.data['refreshToken']?.tokens ?? {};
    const accessToken = second['accessToken'] ?? '';
    const me = await call('me', {}, `Bearer ${accessToken}`);
    expect(me.text).toContain(email);
    const verdict = { input: { token: accessToken, freshness: 'INTROSPECT' } };
    expect((await call('validate-token', verdict, stack.basic)).text).toContain(email);
    const asked = await call('request-password-reset', { input: { email } });
    expect(asked.text).not.toContain(marks.email);
    await stack.settled();
    const resetToken = stack.okta.outbox.to(email).at(-1)?.token ?? '';
    const newPassword = `${password}${marks.password}`;
    const reset = await call('reset-password', { input: { resetToken, newPassword } });
    expect(reset.text).toContain('ResetPasswordSuccess');
    await call('log-out', { input: { accessToken, refreshToken: second['refreshToken'] } });

    const secrets = [...Object.values(first), ...Object.values(second), resetToken]
      .filter((secret) => typeof secret === 'string')
      .filter((secret) => secret.length > 15 && !/^\d{4}-/.test(secret));
    expect(secrets.length).toBeGreaterThanOrEqual(7);
    await expectQuiet(stack, secrets);
  }
});
