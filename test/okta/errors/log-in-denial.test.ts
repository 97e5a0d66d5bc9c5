import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EmbeddedOkta } from '../../../src/embedded/handle.ts';
import type { LogInDenial, LogInDenied } from '../../../src/identity/errors.ts';
import { toError } from '../../../src/okta/errors/error-table.ts';
import type { OktaEndpoint } from '../../../src/okta/wire/endpoints.ts';
import { startOkta } from '../../embedded/start.ts';
import { callContext, providerOn } from '../start.ts';

const password = 'Correct-Horse-7';
const unassigned = { email: 'unassigned@example.com', password };

let okta: EmbeddedOkta;
beforeAll(async () => {
  okta = await startOkta({ seed: { users: [{ ...unassigned, assigned: false }] } });
});
afterAll(() => okta.close());

type Row = readonly [OktaEndpoint, code: string, text: string, reason: LogInDenial];

it.each<Row>([
  ['token/password', 'access_denied', 'User is not assigned to the client app.', 'NOT_ASSIGNED'],
  ['token/password', 'access_denied', 'Access from this network zone is denied.', 'ZONE'],
  ['token/password', 'invalid_grant', 'denied by sign on policy.', 'POLICY'],
  ['token/password', 'invalid_grant', 'credentials cannot be used with MFA enabled.', 'MFA'],
  ['token/password', 'invalid_grant', 'The user does not configure a password.', 'NO_PASSWORD'],
  ['token/password', 'mfa_required', '', 'MFA'],
  ['authorize', 'login_required', 'the app requires re-authentication or MFA.', 'MFA'],
  ['authorize', 'access_denied', 'User is not assigned to the client app.', 'NOT_ASSIGNED'],
  ['authn', 'E0000085', 'You do not have permission to access your account.', 'POLICY'],
  ['token/mfa-otp', 'access_denied', 'User is not assigned to the app.', 'NOT_ASSIGNED'],
])('%s: %s %s', (endpoint, code, text, reason) => {
  const failure = { endpoint, status: 400, code, text, causes: [], retryAfterSeconds: 1 };
  expect(toError(failure)).toMatchObject({ code: 'LOG_IN_DENIED', reason });
});

it.each(['password', 'authn'] as const)('is named by the %s flow', async (logInFlow) => {
  const { provider } = providerOn(okta, { logInFlow });
  const logIn = () => provider.logIn(unassigned, callContext());
  const denied: LogInDenied = await logIn().catch((error) => error);
  expect(denied).toMatchObject({ code: 'LOG_IN_DENIED', reason: 'NOT_ASSIGNED' });
});
