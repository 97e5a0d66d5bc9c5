import type { OktaConfig } from '../config.ts';
import type { IdentityProvider } from '../identity/port.ts';
import type { OrgApis } from './api-clients.ts';
import { createAuthnFactors } from './authn/factor-steps.ts';
import { authnFlow, type LogInFlow, passwordFlow } from './log-in/authn-flow.ts';
import { createPasswordMfa } from './log-in/password-mfa.ts';
import { createSessionTokenExchange } from './oauth/authorize.ts';
import { createDirectChallenge } from './oauth/direct-auth.ts';

interface Parts extends OrgApis {
  readonly endAllSessions: IdentityProvider['endAllSessions'];
}

/** The log-in that the configuration chooses. @throws TypeError for the authn flow without a redirect URI */
export function createLogInFlow(config: OktaConfig, parts: Parts): LogInFlow {
  const { oauthClient, postAuthn } = parts;
  if (config.logInFlow === 'password') {
    const sendChallenge = createDirectChallenge(oauthClient);
    return passwordFlow({ ...parts, mfa: createPasswordMfa({ ...parts, sendChallenge }) });
  }
  const { orgUrl, scopes } = config;
  const redirectUri = required(config.redirectUri);
  return authnFlow({
    ...parts,
    orgUrl,
    factors: createAuthnFactors(postAuthn),
    exchange: createSessionTokenExchange({ ...parts, redirectUri, scopes }),
  });
}

function required(redirectUri: string | null): string {
  if (redirectUri !== null) return redirectUri;
  throw new TypeError('The authn log-in flow needs a redirectUri.');
}
