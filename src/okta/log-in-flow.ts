import type { OktaConfig } from '../config.ts';
import type { IdentityProvider } from '../identity/port.ts';
import type { ApiClients } from './api-clients.ts';
import { createAuthnFactors } from './authn/factor-steps.ts';
import { authnFlow, type LogInFlow, passwordFlow } from './log-in/authn-flow.ts';
import { createPasswordMfa } from './log-in/password-mfa.ts';
import { createSessionTokenExchange } from './oauth/authorize.ts';
import { createDirectChallenge } from './oauth/direct-auth.ts';

interface Dependencies extends ApiClients {
  readonly endAllSessions: IdentityProvider['endAllSessions'];
}

/** The log-in flow of the configuration. @throws TypeError for the authn flow without a redirect URI */
export function createLogInFlow(config: OktaConfig, dependencies: Dependencies): LogInFlow {
  const { oauthClient, postAuthn } = dependencies;
  if (config.logInFlow === 'password') {
    const sendChallenge = createDirectChallenge(oauthClient);
    return passwordFlow({
      ...dependencies,
      mfa: createPasswordMfa({ ...dependencies, sendChallenge }),
    });
  }
  const { orgUrl, scopes } = config;
  const redirectUri = required(config.redirectUri);
  return authnFlow({
    ...dependencies,
    orgUrl,
    factors: createAuthnFactors(postAuthn),
    exchange: createSessionTokenExchange({ ...dependencies, redirectUri, scopes }),
  });
}

function required(redirectUri: string | null): string {
  if (redirectUri !== null) return redirectUri;
  throw new TypeError('The authn log-in flow needs a redirectUri.');
}
