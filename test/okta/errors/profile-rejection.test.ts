import { describe, expect, it } from 'vitest';
import {
  InvalidCredentials,
  PasswordRejected,
  ProviderMisconfigured,
  ValidationFailed,
} from '../../../src/identity/errors.ts';
import { toError } from '../../../src/okta/errors/error-table.ts';
import { nameRefusedAttributes } from '../../../src/okta/errors/profile-rejection.ts';
import { readFailure } from '../../../src/okta/wire/answer.ts';
import type { OktaEndpoint } from '../../../src/okta/wire/endpoints.ts';

async function errorAt(endpoint: OktaEndpoint, status: number, code: string, causes: string[]) {
  const errorCauses = causes.map((errorSummary) => ({ errorSummary }));
  const response = Response.json({ errorCode: code, errorSummary: '…', errorCauses }, { status });
  return toError(await readFailure(endpoint, response, 0));
}

describe('a profile that Okta refuses', () => {
  const refused = async (causes: string[], sent: object) => {
    const error = await errorAt('users/update', 400, 'E0000001', causes);
    return nameRefusedAttributes(sent, () => Promise.reject(error)).catch(
      (thrown: unknown) => thrown,
    );
  };

  it.each([
    ['displayName: The field is too long', 'displayName', 'TOO_LONG'],
    ['locale: Does not match required pattern', 'locale', 'MALFORMED'],
    ['firstName: The field cannot be left blank', 'firstName', 'REQUIRED'],
    ['tier: String is too short (1 chars), minimum length is 2', 'attributes.tier', 'TOO_SHORT'],
    ['tier: The value is not one of the allowed values', 'attributes.tier', 'NOT_ALLOWED'],
    ['tier: Property value is of the wrong type', 'attributes.tier', 'MALFORMED'],
  ])('for "%s" is refused at %s as %s', async (cause, field, problem) => {
    const error = await refused([cause], { tier: 1, displayName: 'x' });
    expect(error).toBeInstanceOf(ValidationFailed);
    expect(error).toMatchObject({ fields: [{ field, problem }] });
  });

  it('is refused for all that is wrong with it', async () => {
    const causes = ['tier: The field cannot be left blank', 'lastName: The field is too long'];
    expect(await refused(causes, { tier: null })).toMatchObject({
      fields: [
        { field: 'attributes.tier', problem: 'REQUIRED' },
        { field: 'lastName', problem: 'TOO_LONG' },
      ],
    });
  });

  it('names a field once that fills two attributes', async () => {
    const causes = [
      'login: Does not match required pattern',
      'email: Does not match required pattern',
    ];
    expect(await refused(causes, {})).toMatchObject({
      fields: [{ field: 'email', problem: 'MALFORMED' }],
    });
  });

  it.each([
    "Property name 'tier' is not defined in profile",
    'Property name and value are incompatible with the schema: tier is not defined on the User type',
  ])(
    'for "%s" is a fault of the set-up that names the attribute, though it was sent',
    async (cause) => {
      const taken = 'login: An object with this field already exists in the current organization';
      for (const causes of [[cause], [taken, cause]]) {
        const error = await refused(causes, { tier: 1 });
        expect(error).toBeInstanceOf(ProviderMisconfigured);
        expect(error).toMatchObject({
          detail: expect.stringMatching(
            /^users\/update: E0000001 Okta has no attribute tier \(.*okta-account-api schema\)$/,
          ),
        });
      }
    },
  );

  it.each([
    ['an attribute that nobody sent', ['points: The field cannot be left blank']],
    ['one that nobody sent beside one that was', ['tier: odd', 'points: odd']],
    ['what it does not name', ['Property name and value are incompatible with the schema: x']],
    ['nothing', []],
  ])('for %s is a fault of the set-up', async (_, causes) => {
    expect(await refused(causes, { tier: 1 })).toBeInstanceOf(ProviderMisconfigured);
  });
});

describe('a change of password that Okta refuses', () => {
  const refused = (status: number, code: string, ...causes: string[]) =>
    errorAt('users/credentials/change_password', status, code, causes);

  it('distinguishes the old password from the new one', async () => {
    const old = await refused(403, 'E0000014', 'Old Password is not correct');
    expect(old).toBeInstanceOf(InvalidCredentials);
    const recent = await refused(403, 'E0000014', 'Password has been used too recently');
    expect(recent).toMatchObject({ violations: ['USED_RECENTLY'] });
    expect(await refused(403, 'E0000080')).toBeInstanceOf(PasswordRejected);
    expect(await refused(400, 'E0000001', 'newPassword: odd')).toBeInstanceOf(PasswordRejected);
  });

  it('names a password that is too young to be changed', async () => {
    expect(await refused(403, 'E0000035')).toMatchObject({
      violations: ['CHANGED_TOO_RECENTLY'],
    });
  });
});
