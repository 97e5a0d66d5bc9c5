import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { LogInDocument } from '../../src/clients/storefront/documents/graphql.ts';
import { type Stack, type StackOptions, startStack } from '../support/start.ts';

export type Flow = 'password' | 'authn';

/**
 * Runs `tests` once for each log-in flow, on a stack that is back at its seed before every test. So no
 * profiles are kept: another account may have the id now.
 */
export function onBothFlows(
  tests: (stack: () => Stack, flow: Flow) => void,
  options: Omit<StackOptions, 'flow'> = {},
): void {
  describe.each<Flow>(['password', 'authn'])('with the %s flow', (flow) => {
    let stack: Stack;
    beforeAll(async () => {
      stack = await startStack({ profileTtlSeconds: 0, ...options, flow });
    });
    beforeEach(() => stack.okta.reset());
    afterAll(() => stack.close());
    tests(() => stack, flow);
  });
}

/**
 * As `onBothFlows`, but once: for what does not depend on the flow, since it begins with the tokens of a
 * log-in, which both flows give alike.
 */
export function afterLogIn(
  tests: (stack: () => Stack) => void,
  options: Omit<StackOptions, 'flow'> = {},
): void {
  describe('after a log-in', () => {
    let stack: Stack;
    beforeAll(async () => {
      stack = await startStack({ profileTtlSeconds: 0, ...options });
    });
    beforeEach(() => stack.okta.reset());
    afterAll(() => stack.close());
    tests(() => stack);
  });
}

export interface Session {
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** A session of the seeded customer, or of another one. */
export async function logIn(
  { gql, okta }: Stack,
  { email, password }: { email: string; password: string } = okta.seeded.customer,
): Promise<Session> {
  const { data } = await gql(LogInDocument, { input: { email, password } });
  if (data?.logIn.__typename !== 'LogInSuccess') {
    throw new Error(`Could not log in: ${data?.logIn.__typename}`);
  }
  const { accessToken, refreshToken } = data.logIn.tokens;
  if (refreshToken === null) throw new Error('No refresh token was granted.');
  return { accessToken, refreshToken };
}

export function bearer(accessToken: string): { authorization: string } {
  return { authorization: `Bearer ${accessToken}` };
}
