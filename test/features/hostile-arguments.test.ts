import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RawRequest, send } from '../server/tiny.ts';
import { type Stack, startStack } from '../support/start.ts';
import { bearer, logIn } from './flows.ts';
import { factorOf, mfaCalls, phoneNumber } from './mfa.ts';

const password = 'Correct-Horse-7';
const withSms = 'sms@example.com';
const id = '00ucustomer000000000';

/** What has ever become a path, a parameter or a header, where a text was put into one. */
const hostile = [
  ...[
    '',
    ' ',
    '.',
    '..',
    '...',
    './',
    '../',
    '/',
    '//',
    '\\',
    '..\\',
    '%',
    '?',
    '#',
    '&',
    ';',
    '=',
  ],
  ...['me', 'me/', 'default', 'null', 'undefined', '__proto__', 'constructor', '*', '0', '-1'],
  ...['%2e', '%2e%2e', '%2e%2e%2f', '%252e%252e%252f', '..%2f', '..%5c', '%00', '%0d%0a', '..;/'],
  ...['../../api/v1/apps', '..%2f..%2fapi%2fv1%2fapps', '/api/v1/users/me', '//evil.example/x'],
  ...[
    'https://evil.example/',
    'http://169.254.169.254/',
    'file:///etc/passwd',
    'user:x@evil.example',
  ],
  ...[`${id}/lifecycle/deactivate`, `${id}/../me`, `${id}?filter=x`, `${id}#x`, `${id}%2ffactors`],
  ...[
    `${id}&limit=1`,
    `${id};x=1`,
    `${id}\u0000`,
    `${id} `,
    ` ${id}`,
    `${id}\n`,
    `${id}\r\nX-A: 1`,
  ],
  ...['a&grant_type=client_credentials', 'a=b&scope=okta.users.manage', 'x" or id pr or id eq "'],
  ...['\u0000', '\r\n', '\u2028', '\ud800', '‮x', 'ａ／ｂ', '{{7*7}}', '<!--', "' or 1=1"],
  ...['../me@example.com', '..%2f..%2fapps@example.com', 'a?b=c@example.com', 'a#b@example.com'],
  ...['a%2fb@example.com', 'a;b@example.com', 'a\\b@example.com', '"a b"@example.com'],
  // A good one, for the paths that no other gets to.
  id,
  ...['.@example.com', '..@example.com', '*@example.com', 'a&b=c@example.com', 'x'.repeat(3000)],
];

interface Example {
  readonly document: string;
  readonly authorization: string;
  readonly variables: Readonly<Record<string, unknown>>;
}
const folder = new URL('../../schema/operations/', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, folder), 'utf8');
/** With good values in place of `{{name}}`, so that one argument alone is hostile. */
const examples: readonly Example[] = JSON.parse(
  read('examples.json')
    .replaceAll('{{email}}', 'demo@example.com')
    .replaceAll('{{newEmail}}', 'new@example.com')
    .replaceAll('{{password}}', 'Correct-Horse-7')
    .replaceAll(/\{\{\w+Code\}\}/g, '123456'),
);

/** One argument, and the variables that hold a text in its place. */
interface Argument {
  readonly name: string;
  readonly query: string;
  readonly authorization: string;
  /** @param step of a log-in that goes on */
  readonly variables: (text: string, step: object) => object;
}

const closed: readonly string[] = ['freshness', 'scope', 'type'];
const argumentsOf = examples.flatMap(({ document, authorization, variables }): Argument[] => {
  const query = read(document);
  const name = document.replace('.graphql', '');
  const { input } = variables;
  if (typeof input === 'object' && input !== null) {
    return Object.keys(input)
      .filter((key) => !closed.includes(key))
      .map((key) => ({
        ...{ name: `${name} ${key}`, query, authorization },
        variables: (text, step) => ({ input: { ...input, ...step, [key]: text } }),
      }));
  }
  return Object.entries(variables)
    .filter(([, value]) => typeof value !== 'boolean')
    .map(([key, value]) => ({
      ...{ name: `${name} ${key}`, query, authorization },
      variables: (text) => ({ [key]: Array.isArray(value) ? [text, id] : text }),
    }));
});
const entity: Argument = {
  name: '_entities id',
  query: 'query ($all: [_Any!]!) { _entities(representations: $all) { ... on User { email } } }',
  authorization: 'service',
  variables: (text) => ({ all: [{ __typename: 'User', id: text }] }),
};
const all: readonly Argument[] = [...argumentsOf, entity];
const emailOf = (index: number) => `customer-${index}@example.com`;

let stack: Stack;
beforeAll(async () => {
  const customers = all.map((_, index) => ({ email: emailOf(index), password }));
  const sms = { email: withSms, password, factors: [{ type: 'sms', phoneNumber } as const] };
  // Of the two flows this is the one that puts ids of factors into paths.
  stack = await startStack({ flow: 'authn', seed: { users: [...customers, sms] } });
});
afterAll(() => stack.close());

/** Arguments that become a path or a filter get all texts; addresses get all that look like one. */
const ids = /^(user|users|_entities|revoke-session|activate-factor) \w*(id|ids|Id)$/;
function textsFor(name: string, index: number): readonly string[] {
  if (ids.test(name)) return hostile;
  const isAddress = name.endsWith(' email') || name.endsWith(' newEmail');
  return hostile.filter((text, place) => {
    // Okta allows no such address.
    if (text.includes('@') && isAddress) return name !== 'sign-up email';
    return text === id || place % 6 === index % 6;
  });
}

/** A caller of their own for each argument, since some end sessions, change passwords or lock. */
async function requestsFor(argument: Argument, index: number): Promise<readonly RawRequest[]> {
  const { name, query, authorization } = argument;
  const customer = { email: emailOf(index), password };
  const isCustomer = authorization === 'customer';
  const headers = isCustomer
    ? bearer((await logIn(stack, customer)).accessToken)
    : { authorization: stack.basic };
  const mfa = mfaCalls(() => stack, headers);
  const isMfa = /^(verify-mfa|send-mfa-challenge) (factorId|code)$/.test(name);
  const requests: RawRequest[] = [];
  let step = {};
  for (const [count, text] of textsFor(name, index).entries()) {
    // A transaction takes five failures and no more.
    if (isMfa && count % 4 === 0) {
      const started = await mfa.start(withSms);
      step = { transaction: started.transaction, factorId: factorOf(started, 'SMS') };
    }
    const variables = argument.variables(text, step);
    requests.push({ headers, body: JSON.stringify({ query, variables }) });
  }
  return requests;
}

const isId = /^([0-9A-Za-z]{20}|[0-9a-f]{32})$/;
/** Of an account that is looked up, as long as no server on the way could make anything else of it. */
const isLogin = (part: string) => !/%(2f|5c|2e|3f|3b)|^(\.{1,2}|me)$/i.test(part);

/** Method, path and names of the parameters, with what is an id or an address told as such. */
function shapes(): readonly string[] {
  const seen = stack.okta.requests.all().map(({ method, path, query }) => {
    const names = [...new URLSearchParams(query).keys()].sort().join('&');
    const [, looked] = (method === 'GET' && /^\/api\/v1\/users\/([^/]+)$/.exec(path)) || [];
    const isLookUp = looked !== undefined && !isId.test(looked) && isLogin(looked);
    const shape = isLookUp
      ? '/api/v1/users/:login'
      : path
          .split('/')
          .map((part) => part.replace(isId, ':id'))
          .join('/');
    return `${method} ${shape}${names === '' ? '' : `?${names}`}`;
  });
  return [...new Set(seen)].sort();
}

const expected = [
  'DELETE /api/v1/users/:id/clients/:id/tokens/:id',
  'DELETE /api/v1/users/:id/factors/:id',
  'GET /api/v1/policies?status&type',
  'GET /api/v1/users/:login',
  'GET /api/v1/users?filter&limit',
  'GET /oauth2/default/v1/authorize?client_id&code_challenge&code_challenge_method&nonce&prompt&redirect_uri&response_mode&response_type&scope&sessionToken&state',
  'GET /oauth2/default/v1/keys',
  'POST /api/v1/authn',
  'POST /api/v1/authn/recovery/password',
  'POST /api/v1/authn/recovery/token',
  'POST /api/v1/authn/recovery/unlock',
  'POST /api/v1/users/:id',
  'POST /api/v1/users/:id/credentials/change_password?strict',
  'POST /api/v1/users/:id/factors/:id/lifecycle/activate',
  'POST /api/v1/users?activate',
  'POST /idp/myaccount/emails',
  'POST /idp/myaccount/emails/:id/challenge',
  'POST /oauth2/default/v1/introspect',
  'POST /oauth2/default/v1/revoke',
  'POST /oauth2/default/v1/token',
  'POST /oauth2/v1/token',
];

test('60 strings in place of arguments reach no other path or parameter at Okta', async () => {
  expect(hostile.length).toBeGreaterThanOrEqual(60);
  stack.okta.requests.clear();
  for (const [index, argument] of all.entries()) {
    const requests = await requestsFor(argument, index);
    const answers = await Promise.all(requests.map((request) => send(stack.url, request)));
    for (const [place, { status, text }] of answers.entries()) {
      const shown = `${argument.name} ${requests[place]?.body} ${text}`;
      expect(status, shown).toBeLessThan(500);
      expect(text, shown).not.toMatch(/INTERNAL|UPSTREAM_UNAVAILABLE/);
    }
    await stack.settled();
  }
  expect(shapes()).toEqual(expected);
}, 60_000);
