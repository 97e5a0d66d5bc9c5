import { expect, test } from 'vitest';
import { maskPath } from '../../../src/cli/okta/mask-path.ts';

test.each([
  ['/oauth2/default/v1/token', '/oauth2/default/v1/token'],
  ['/api/v1/users', '/api/v1/users'],
  ['/api/v1/users/me', '/api/v1/users/me'],
  [
    '/api/v1/users/00u1AAAAAAAAAAAAAAAA/lifecycle/unlock',
    '/api/v1/users/00u1AAAAAAAAAAAAAAAA/lifecycle/unlock',
  ],
  ['/api/v1/users/ada@example.com/factors', '/api/v1/users/{login}/factors'],
  ['/api/v1/users/ada%40example.com', '/api/v1/users/{login}'],
  ['/api/v1/users/ada', '/api/v1/users/{login}'],
  ['/api/v1/groups/00g1/users/ada@example.com', '/api/v1/groups/00g1/users/{login}'],
  ['/api/v1/sessions/102abc', '/api/v1/sessions/{token}'],
  ['/api/v1/sessions/me', '/api/v1/sessions/me'],
  ['/signin/reset-password/secret', '/signin/reset-password/{token}'],
  ['/reset_password/secret', '/reset_password/{token}'],
  ['/welcome/secret', '/welcome/{token}'],
])('%s is logged as %s', (path, logged) => {
  expect(maskPath(path)).toBe(logged);
});
