import type { Logger } from 'pino';
import type { OnMissingScopes } from '../okta/management-authorization.ts';

/** What fails without a scope, in whole or in part. */
const neededBy: ReadonlyMap<string, readonly string[]> = new Map([
  ['okta.users.read', ['me', 'user', 'users', 'requestPasswordReset']],
  [
    'okta.users.manage',
    [
      'signUp',
      'verifyEmail',
      'resendVerificationEmail',
      'requestPasswordReset',
      'resetPassword',
      'changeExpiredPassword',
      'updateProfile',
      'changePassword',
      'requestEmailChange',
      'confirmEmailChange',
      'enrollFactor',
      'activateFactor',
      'removeFactor',
      'revokeSession',
      'logOut',
      'deleteAccount',
    ],
  ],
]);

/** Logs once what Okta has not granted to the service app, and once that it has. */
export function missingScopesTo(log: Logger): OnMissingScopes {
  return (scopes) => {
    if (scopes.length === 0) {
      log.info('Okta grants the service app all scopes again');
      return;
    }
    const fields = [...new Set(scopes.flatMap((scope) => neededBy.get(scope) ?? []))];
    log.warn(
      { scopes, fields },
      'Okta has not granted these scopes to the service app: the fields that need them fail',
    );
  };
}
