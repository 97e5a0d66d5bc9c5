import { expect, test } from 'vitest';
import { LogInDocument } from '../../src/clients/storefront/documents/graphql.ts';
import { startStack } from '../support/start.ts';

test('log lines of a denied log-in and of INTERNAL name the check of the doctor that finds the cause', async () => {
  const stack = await startStack({ okta: { scopes: ['openid', 'offline_access'] } });
  const input = { email: 'nobody@example.com', password: 'Correct-Horse-7' };
  const logIn = async (status: number, error: string, error_description: string) => {
    const body = JSON.stringify({ error, error_description });
    const headers = { 'content-type': 'application/json' };
    const fault = { kind: 'answer', status, headers, body } as const;
    const undo = stack.okta.fail({ path: '/oauth2/default/v1/token', fault });
    await stack.gql(LogInDocument, { input });
    undo();
    return stack.logs.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  };
  const denied = await logIn(
    400,
    'access_denied',
    'User is not assigned to the client application.',
  );
  expect(denied).toContainEqual(
    expect.objectContaining({
      event: 'request',
      failures: [{ error: 'LogInDenied', reason: 'NOT_ASSIGNED', causes: [], doctor: 'D16' }],
    }),
  );
  const internal = await logIn(401, 'invalid_client', 'The client secret is invalid.');
  expect(internal).toContainEqual(
    expect.objectContaining({ event: 'internal_error', doctor: 'D07' }),
  );
  await stack.close();
});
