import { UnsecuredJWT } from 'jose';
import { expect, test } from 'vitest';
import { requireRights } from '../../../src/cli/setup/rights.ts';
import type { AdminApi } from '../../../src/org/admin-api.ts';

/** An org that knows one administrator. */
function orgOf(roles: readonly string[]): AdminApi {
  return {
    orgUrl: 'https://acme.okta.com',
    get: async () => ({ id: '00u1' }),
    list: async () => roles.map((type) => ({ type })),
    firstPage: async () => [],
    send: async () => ({}),
  };
}

const accessToken = (scp: readonly string[]) => new UnsecuredJWT({ scp }).encode();

test('the API token of a super administrator will do, and that of another one is named with its roles', async () => {
  await expect(requireRights(orgOf(['SUPER_ADMIN']), '00token')).resolves.toBeUndefined();
  await expect(requireRights(orgOf(['APP_ADMIN', 'USER_ADMIN']), '00token')).rejects.toThrow(
    'an administrator with the roles APP_ADMIN, USER_ADMIN',
  );
  await expect(requireRights(orgOf([]), '00token')).rejects.toThrow('with no role');
});

test('an access token needs the scopes that set-up writes with, and the missing ones are named', async () => {
  const scopes = [
    ...['groups', 'apps', 'appGrants', 'authorizationServers', 'policies', 'roles'],
    ...['networkZones', 'eventHooks'],
  ].map((name) => `okta.${name}.manage`);
  // Whose roles Okta does not say.
  await expect(requireRights(orgOf([]), accessToken(scopes))).resolves.toBeUndefined();
  await expect(requireRights(orgOf([]), accessToken(scopes.slice(1)))).rejects.toThrow(
    'without the scopes okta.groups.manage.',
  );
});
