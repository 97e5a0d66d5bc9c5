import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EmbeddedOkta } from '../../../src/embedded/handle.ts';
import { names } from '../../support/accounts.ts';
import { startOkta } from '../start.ts';

const json = 'application/json';
const notSet = 'Bad request.  Accept and/or Content-Type headers are likely not set.';
const noMatch =
  'Bad request.  Accept and/or Content-Type headers likely do not match supported values.';

let org: EmbeddedOkta;

beforeAll(async () => {
  org = await startOkta({ perUsernamePerSecond: 1000 });
});
afterAll(async () => {
  await org.close();
});

const user = { login: 'new@example.com', email: 'new@example.com', ...names };
const bodies = {
  '/api/v1/authn': { username: 'nobody@example.com', password: 'Tr0ub4dor&3' },
  '/api/v1/users': { profile: user },
};

interface Sent {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** With these headers alone: fetch would add an Accept of its own. */
function send({ path, headers, body = '' }: Sent): Promise<unknown[]> {
  const authorization = `SSWS ${org.seeded.apiToken}`;
  return new Promise((resolve, reject) => {
    const sent = request(
      org.url + path,
      { method: 'POST', headers: { authorization, ...headers } },
      (answer) => {
        let text = '';
        answer.on('data', (chunk) => {
          text += chunk;
        });
        answer.on('end', () => {
          const { errorCode, errorSummary } = JSON.parse(text);
          resolve([answer.statusCode, errorCode, errorSummary]);
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

describe.each(Object.entries(bodies))('POST %s', (path, value) => {
  const body = JSON.stringify(value);
  const answerTo = (headers: Sent['headers']) => send({ path, headers, body });

  test.each<readonly [string, Sent['headers'], readonly [string, string]]>([
    ['without Content-Type', { accept: json }, ['E0000018', notSet]],
    ['without Accept', { 'content-type': json }, ['E0000018', notSet]],
    [
      'that accepts HTML alone',
      { accept: 'text/html', 'content-type': json },
      ['E0000019', noMatch],
    ],
    ['of plain text', { accept: json, 'content-type': 'text/plain' }, ['E0000021', noMatch]],
    [
      'of a form',
      { accept: '*/*', 'content-type': 'application/x-www-form-urlencoded' },
      ['E0000021', noMatch],
    ],
  ])('%s is a bad request', async (_name, headers, [code, summary]) => {
    expect(await answerTo(headers)).toEqual([400, code, summary]);
  });

  test.each<readonly [accept: string, contentType: string]>([
    [json, json],
    ['*/*', 'application/json; charset=utf-8'],
    ['text/html, application/*;q=0.8', 'APPLICATION/JSON'],
    [
      'application/json; okta-version=1.0.0',
      'application/json; okta-response=omitCredentials,omitCredentialsLinks',
    ],
  ])('that accepts %s and brings %s is read', async (accept, contentType) => {
    const [status, code] = await answerTo({ accept, 'content-type': contentType });
    expect([status, code]).not.toContain('E0000018');
    expect([200, 400, 401]).toContain(status);
    expect(['E0000004', 'E0000001', undefined]).toContain(code);
  });
});

test('credentials are checked before the form of a request', async () => {
  const headers = { authorization: 'SSWS nope', accept: 'text/html' };
  for (const path of Object.keys(bodies)) {
    expect((await send({ path, headers, body: '{}' })).slice(0, 2)).toEqual([401, 'E0000011']);
  }
});

test('a request without a body needs no Content-Type', async () => {
  const path = `/api/v1/users/${org.seeded.customer.email}/lifecycle/unlock`;
  expect((await send({ path, headers: { accept: json } })).slice(0, 2)).toEqual([403, 'E0000032']);
});
