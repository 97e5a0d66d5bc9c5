import { expect, test } from 'vitest';
import {
  ChangePasswordDocument,
  DeleteAccountDocument,
  EnrollFactorDocument,
  LogInDocument,
  RemoveFactorDocument,
  RequestEmailChangeDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { bearer, logIn, onBothFlows } from './flows.ts';
import { mfaUsers, password } from './mfa.ts';

const sentence = 'This operation is not allowed in the current authentication state.';
const wrongState = {
  kind: 'answer',
  status: 403,
  headers: { 'content-type': 'application/json' },
  // As a live org has answered a user name and a password.
  body: JSON.stringify({
    errorCode: 'E0000079',
    errorSummary: sentence,
    errorLink: 'E0000079',
    errorId: 'oae1',
    errorCauses: [{ errorSummary: sentence }],
  }),
} as const;
const denied = { __typename: 'LogInDenied', code: 'LOG_IN_DENIED', retryable: false };

onBothFlows(
  (stack, flow) => {
    const breakAuthn = () => stack().okta.fail({ path: /^\/api\/v1\/authn$/, fault: wrongState });

    test('a password that Okta checks in the wrong state is a log-in that is denied', async () => {
      const headers = bearer((await logIn(stack())).accessToken);
      breakAuthn();
      const { gql } = stack();
      const factorId = 'mfa12345678901234567';
      const change = { currentPassword: password, newPassword: 'Better-Battery-9' };
      const answers = [
        await gql(ChangePasswordDocument, { input: change }, headers),
        await gql(DeleteAccountDocument, { input: { password } }, headers),
        await gql(EnrollFactorDocument, { input: { type: 'TOTP', password } }, headers),
        await gql(RemoveFactorDocument, { input: { factorId, password } }, headers),
      ];
      for (const { data, errors } of answers) {
        expect(errors).toBeUndefined();
        expect(Object.values(data ?? {})).toMatchObject([denied]);
      }
    });

    test('so is a log-in that goes on at a second factor', async () => {
      breakAuthn();
      const input = { email: 'totp@example.com', password };
      const { data, errors } = await stack().gql(LogInDocument, { input });
      expect(errors).toBeUndefined();
      expect(data?.logIn).toMatchObject(denied);
      expect(stack().logs.at(-1)).toContain('"reason":"STATE"');
    });

    if (flow !== 'authn') return;
    test('so is every log-in by authn, and a change of the address', async () => {
      const headers = bearer((await logIn(stack())).accessToken);
      breakAuthn();
      const email = 'demo@example.com';
      const { data } = await stack().gql(LogInDocument, { input: { email, password } });
      expect(data?.logIn).toMatchObject(denied);
      const input = { newEmail: 'new@example.com', password };
      const changed = await stack().gql(RequestEmailChangeDocument, { input }, headers);
      expect(changed.data?.requestEmailChange).toMatchObject(denied);
    });
  },
  { seed: { users: mfaUsers } },
);
