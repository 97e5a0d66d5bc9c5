import { describe, expect, test } from 'vitest';
import {
  AccountConfigDocument,
  SignUpDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { names } from '../support/accounts.ts';
import { startStack } from '../support/start.ts';
import { onBothFlows } from './flows.ts';

const seed = { passwordPolicy: { minLength: 10, minSymbol: 1, historyCount: 3 } };

onBothFlows(
  (stack) => {
    const config = async () => {
      const { data, errors } = await stack().gql(AccountConfigDocument, {});
      expect(errors).toBeUndefined();
      return data?.accountConfig;
    };

    test('anyone may ask for the rules of the org', async () => {
      const rules = await config();
      expect(rules?.passwordPolicy).toEqual({
        minLength: 10,
        maxLength: 72,
        minLowerCase: 1,
        minUpperCase: 1,
        minNumber: 1,
        minSymbol: 1,
        maxRepeats: null,
        excludesLogin: true,
        excludesFirstName: false,
        excludesLastName: false,
        excludesCommon: false,
        historyCount: 3,
        minAgeMinutes: 0,
        maxAgeDays: 0,
        requirements: [
          'at least 10 characters',
          'at most 72 characters',
          'a lowercase letter',
          'an uppercase letter',
          'a number',
          'a symbol',
          'no parts of your username',
        ],
      });
      expect(rules?.factorTypes).toEqual(['TOTP', 'EMAIL', 'SMS']);
      expect(rules?.signUp).toMatchObject({
        mode: 'ACTIVE',
        passwordRequired: true,
        tellsTakenAddresses: false,
      });
      expect(rules?.signUp.fields[0]).toEqual({
        field: 'email',
        required: true,
        minLength: 5,
        maxLength: 100,
        values: null,
      });
      expect(rules?.profileFields.map(({ field }) => field)).toEqual([
        'firstName',
        'lastName',
        'displayName',
        'mobilePhone',
        'locale',
      ]);
    });

    test('a password that the rules let pass, Okta lets pass', async () => {
      const rules = await config();
      const password = `Aa1-${'x'.repeat((rules?.passwordPolicy?.minLength ?? 0) - 4)}`;
      const input = { email: 'ada@example.com', password, ...names };
      const { data } = await stack().gql(SignUpDocument, { input });
      expect(data?.signUp.__typename).toBe('SignUpSuccess');
    });

    test('a thousand questions are at most one call to Okta for each policy', async () => {
      stack().okta.requests.clear();
      await Promise.all(Array.from({ length: 50 }, config));
      const paths = stack()
        .okta.requests.all()
        .map(({ path }) => path);
      expect(paths.filter((path) => path === '/api/v1/policies').length).toBeLessThanOrEqual(2);
    });
  },
  { seed },
);

describe('the rules', () => {
  test.each([403, 503])('that Okta answers by %i are not asked for by everyone', async (status) => {
    const stack = await startStack();
    const policyReads = () =>
      stack.okta.requests.all().filter(({ path }) => path === '/api/v1/policies').length;
    const body = JSON.stringify({ errorCode: 'E0000006', errorSummary: 'No permission.' });
    const fault = { kind: 'answer', status, body } as const;
    const undo = stack.okta.fail({ path: '/api/v1/policies', fault });
    for (let time = 0; time < 20; time += 1) {
      const { data } = await stack.gql(AccountConfigDocument, {});
      expect(data?.accountConfig.passwordPolicy).toBeNull();
    }
    expect(policyReads()).toBe(2);
    undo();
    stack.clock.advance(5_000);
    const { data } = await stack.gql(AccountConfigDocument, {});
    expect(data?.accountConfig.passwordPolicy?.minLength).toBe(8);
    expect(policyReads()).toBe(4);
    await stack.close();
  });

  test('where the embedded org is set to need no names, neither does the API', async () => {
    const optional = { required: false };
    const stack = await startStack({
      accounts: { optionalFields: ['firstName', 'lastName'] },
      seed: { baseAttributes: { firstName: optional, lastName: optional } },
    });
    const { data } = await stack.gql(AccountConfigDocument, {});
    const required = data?.accountConfig.signUp.fields.filter((rules) => rules.required);
    expect(required?.map(({ field }) => field)).toEqual(['email']);
    const input = { email: 'ada@example.com', password: 'Correct-Horse-7' };
    const signedUp = await stack.gql(SignUpDocument, { input });
    expect(signedUp.data?.signUp.__typename).toBe('SignUpSuccess');
    await stack.close();
  });

  test('follow the configuration', async () => {
    const stack = await startStack({ accounts: { enumeration: 'open', signUp: 'VERIFY_EMAIL' } });
    const { data } = await stack.gql(AccountConfigDocument, {});
    expect(data?.accountConfig.signUp).toMatchObject({
      mode: 'VERIFY_EMAIL',
      passwordRequired: false,
      tellsTakenAddresses: true,
    });
    await stack.close();
  });

  test.each([
    [503, {}, 'UPSTREAM_UNAVAILABLE'],
    [403, { errorCode: 'E0000006', errorSummary: 'No permission.' }, 'INTERNAL'],
  ])('say what else they know where Okta answers %i', async (status, body, code) => {
    const stack = await startStack();
    stack.okta.fail({
      path: '/api/v1/policies',
      fault: { kind: 'answer', status, body: JSON.stringify(body) },
    });
    const { data, errors } = await stack.gql(AccountConfigDocument, {});
    expect(data?.accountConfig).toMatchObject({ passwordPolicy: null, factorTypes: null });
    expect(data?.accountConfig.signUp.mode).toBe('ACTIVE');
    expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual([code, code]);
    await stack.close();
  });
});
