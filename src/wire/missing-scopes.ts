import type { Finding } from '../config-checks/finding.ts';
import type { Findings } from '../config-checks/findings.ts';
import type { OnMissingScopes } from '../okta/management/authorization.ts';

/** The fields that fail without a scope, completely or partly. */
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

/** Reports the scopes that Okta has not granted to the service app as a finding. */
export function reportMissingScopes(findings: Findings): OnMissingScopes {
  return (scopes) => {
    void findings.put('MANAGEMENT_SCOPES', scopes.length === 0 ? [] : [missing(scopes)]);
  };
}

function missing(scopes: readonly string[]): Finding {
  const fields = [...new Set(scopes.flatMap((scope) => neededBy.get(scope) ?? []))];
  return {
    code: 'MANAGEMENT_SCOPES',
    severity: 'MISCONFIGURED',
    message: `Okta has not granted these scopes to the service app, so the fields that need them fail: ${scopes.join(' ')}`,
    fix: 'Grant them (Okta Admin Console: Applications > the service app > Okta API Scopes).',
    details: { scopes, fields },
  };
}
