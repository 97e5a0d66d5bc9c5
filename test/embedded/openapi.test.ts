import { expect, test } from 'vitest';
import type { Exchange } from '../../src/embedded/handle.ts';
import { names } from '../support/accounts.ts';
import { createOpenApiCheck } from './openapi.ts';
import { specsAvailable } from './openapi-spec.ts';

const user = {
  id: '00u1',
  status: 'ACTIVE',
  created: '2026-01-01T00:00:00.000Z',
  profile: { login: 'a@example.com', email: 'a@example.com', ...names },
};

function violationsOf(exchange: Partial<Exchange>): string[] {
  const check = createOpenApiCheck();
  check.observe({
    method: 'GET',
    path: '/api/v1/users/00u1',
    status: 200,
    contentType: 'application/json',
    body: JSON.stringify(user),
    ...exchange,
  });
  return check.violations();
}

test('the answers of the embedded org are checked against the files of Okta', ({ skip }) => {
  skip(
    !specsAvailable,
    'Okta’s OpenAPI files are not at ../shared/okta-openapi: no answer of any test is checked against them.',
  );
  expect(violationsOf({})).toEqual([]);
});

test.skipIf(!specsAvailable)('each kind of wrong answer is reported', () => {
  const wrong: [Partial<Exchange>, RegExp][] = [
    [{ body: JSON.stringify({ ...user, created: 'yesterday' }) }, /\/created must match format/],
    [{ body: JSON.stringify({ ...user, status: 'HAPPY' }) }, /\/status must be equal to one of/],
    [{ body: JSON.stringify({ ...user, nickname: 'a' }) }, /\/nickname is in no schema/],
    [{ status: 201 }, /201: is not documented/],
    [{ path: '/api/v1/userz' }, /\/api\/v1\/userz 200: is not documented/],
    [{ status: 404, body: '{"message":"no"}' }, /is in no schema/],
    [{ status: 401, body: '{"message":"no"}' }, /is no error body of Okta/],
    [
      { method: 'POST', path: '/api/v1/users/00u1/lifecycle/suspend' },
      /has a body where none is documented/,
    ],
    [{ path: '/oauth2/default/v1/keys', body: '{"keys":[{"alg":1}]}' }, /\/keys\/0\/alg must be/],
  ];
  for (const [exchange, message] of wrong) {
    expect(violationsOf(exchange).join('\n')).toMatch(message);
  }
});
