import { expect, test } from 'vitest';
import { ProviderMisconfigured } from '../../../src/identity/errors.ts';
import { DpopRefused } from '../../../src/okta/errors/dpop-refused.ts';
import { toError } from '../../../src/okta/errors/error-table.ts';

const failed = { status: 400, text: 'x', causes: [], retryAfterSeconds: 1 } as const;
const codes = ['invalid_dpop_proof', 'use_dpop_nonce'] as const;

test.each([
  'token/password',
  'token/mfa-otp',
  'token/mfa-oob',
  'token/authorization_code',
  'token/refresh_token',
  'challenge',
] as const)('DPoP that Okta demands at %s has to be turned off', (endpoint) => {
  for (const code of codes) {
    const error = toError({ ...failed, endpoint, code });
    expect(error).toBeInstanceOf(ProviderMisconfigured);
    expect(error).toMatchObject({
      code,
      detail: expect.stringContaining('turn off "Require Demon'),
    });
  }
});

test.each([
  'token/client_credentials',
  'users/get',
  'policies/list',
  'logs/list',
  'meta/schemas/user',
] as const)(
  'a proof that Okta refuses at %s is a matter of clock, address or proxy',
  (endpoint) => {
    for (const code of codes) {
      const error = toError({ ...failed, endpoint, code });
      expect(error).toBeInstanceOf(DpopRefused);
      expect(error).toMatchObject({
        code,
        detail: expect.stringMatching(/clock .* OKTA_ISSUER .* proxy/),
      });
    }
  },
);
