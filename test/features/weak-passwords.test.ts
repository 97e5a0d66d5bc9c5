import { describe, expect, test } from 'vitest';
import { SignUpDocument } from '../../src/clients/storefront/documents/graphql.ts';
import { names } from '../support/accounts.ts';
import { startStack } from '../support/start.ts';
import { onBothFlows } from './flows.ts';

const taken = 'lovelace@example.com';
const free = 'lovelace@example.org';
const seed = {
  users: [{ email: taken, password: 'Correct-Horse-7' }],
  passwordPolicy: { minSymbol: 1, excludeAttributes: ['firstName' as const] },
};

describe('under strict enumeration', () => {
  onBothFlows(
    (stack) => {
      test.each([
        ['x', ['TOO_SHORT', 'NO_UPPER_CASE', 'NO_NUMBER', 'NO_SYMBOL']],
        [`Aa1-${'x'.repeat(69)}`, ['TOO_LONG']],
        ['CORRECT-HORSE-7', ['NO_LOWER_CASE']],
        ['correct-horse-7', ['NO_UPPER_CASE']],
        ['Correct-Horse-x', ['NO_NUMBER']],
        ['CorrectHorse7', ['NO_SYMBOL']],
        ['Lovelace-77', ['CONTAINS_LOGIN']],
        ['Augusta-7777', ['CONTAINS_NAME']],
      ])('%s is rejected alike for a free and for a taken address', async (password, rules) => {
        const answers = [];
        for (const email of [taken, free, taken.toUpperCase()]) {
          const input = { email, password, firstName: 'Augusta', lastName: 'King' };
          const { data, errors, status } = await stack().gql(SignUpDocument, { input });
          expect(data?.signUp).toMatchObject({ __typename: 'PasswordRejected', violations: rules });
          answers.push(JSON.stringify({ data, errors, status }));
        }
        expect(new Set(answers).size).toBe(1);
        expect(stack().okta.outbox.all()).toEqual([]);
      });

      test('a rejected password says what would do', async () => {
        const input = { email: free, password: 'x', ...names };
        const { data } = await stack().gql(SignUpDocument, { input });
        if (data?.signUp.__typename !== 'PasswordRejected') throw new Error('not rejected');
        expect(data.signUp.requirements).toEqual(
          expect.arrayContaining(['at least 8 characters', 'a symbol']),
        );
      });
    },
    { seed },
  );

  test('sign-up fails while the policy may not be read, and the log names the scope', async () => {
    const stack = await startStack({ seed });
    const body = JSON.stringify({ errorCode: 'E0000006', errorSummary: 'No permission.' });
    stack.okta.fail({ path: '/api/v1/policies', fault: { kind: 'answer', status: 403, body } });
    const answers = [];
    for (const email of [taken, free]) {
      const input = { email, password: 'Correct-Horse-7', ...names };
      const { data, errors } = await stack.gql(SignUpDocument, { input });
      expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['INTERNAL']);
      answers.push(JSON.stringify(data));
    }
    expect(new Set(answers).size).toBe(1);
    expect(stack.logs.join('\n')).toContain('okta.policies.read');
    await stack.close();
  });

  test('sign-up fails while the policy cannot be read', async () => {
    const stack = await startStack({ seed });
    stack.okta.fail({ path: '/api/v1/policies', fault: { kind: 'answer', status: 503 } });
    const input = { email: taken, password: 'Correct-Horse-7', ...names };
    const { data } = await stack.gql(SignUpDocument, { input });
    expect(data?.signUp.__typename).toBe('UpstreamUnavailable');
    await stack.close();
  });
});

describe('under open enumeration', () => {
  test('Okta decides, and the policy explains', async () => {
    const stack = await startStack({ seed, accounts: { enumeration: 'open' } });
    const input = { email: free, password: 'Lovelace-x', firstName: 'Augusta', lastName: 'King' };
    const { data } = await stack.gql(SignUpDocument, { input });
    expect(data?.signUp).toMatchObject({
      __typename: 'PasswordRejected',
      violations: ['NO_NUMBER', 'CONTAINS_LOGIN'],
    });
    await stack.close();
  });

  test('sign-up goes on while the policy cannot be read', async () => {
    const stack = await startStack({ seed, accounts: { enumeration: 'open' } });
    stack.okta.fail({ path: '/api/v1/policies', fault: { kind: 'answer', status: 503 } });
    const { data } = await stack.gql(SignUpDocument, {
      input: { email: free, password: 'Correct-Horse-7', ...names },
    });
    expect(data?.signUp.__typename).toBe('SignUpSuccess');
    await stack.close();
  });
});
