import { TransactionInvalid } from '../identity/errors.ts';
import type { IdentityProvider } from '../identity/port.ts';
import { type Authn, signedIn } from './authn.ts';
import type { ExchangeSessionToken } from './authorize.ts';
import { PasswordExpired } from './errors.ts';
import type { TokenEndpoints } from './tokens.ts';

type LogInFlow = Pick<IdentityProvider, 'logIn' | 'changeExpiredPassword'>;

/** As long as Okta keeps an authn transaction open, so that both flows wait alike. */
const continuationLifeMs = 5 * 60_000;

/**
 * One call to /token. Okta cannot change an expired password there, so that step alone goes through
 * /api/v1/authn; its continuation is the user name, with which the change starts anew.
 */
export function passwordFlow(options: {
  readonly tokens: TokenEndpoints;
  readonly authn: Authn;
  readonly now: () => number;
}): LogInFlow {
  const { tokens, authn, now } = options;
  return {
    async logIn(credentials, context) {
      try {
        return { kind: 'tokens', tokens: await tokens.passwordGrant(credentials, context) };
      } catch (error) {
        if (!(error instanceof PasswordExpired)) throw error;
        const expiresAt = new Date(now() + continuationLifeMs);
        return { kind: 'passwordExpired', continuation: credentials.email, expiresAt };
      }
    },

    async changeExpiredPassword({ continuation: email, currentPassword, newPassword }, context) {
      const step = signedIn(await authn.signIn({ email, password: currentPassword }, context));
      // The password is not expired any more, so it was changed elsewhere in the meantime.
      if (step.kind === 'success') throw new TransactionInvalid();
      const change = { stateToken: step.stateToken, oldPassword: currentPassword, newPassword };
      // Its session token is not used: it ends by itself after five minutes.
      await authn.changePassword(change, context);
      return tokens.passwordGrant({ email, password: newPassword }, context);
    },
  };
}

/** /api/v1/authn, then /authorize, then /token; the continuation is Okta's state token. */
export function authnFlow(options: {
  readonly authn: Authn;
  readonly exchange: ExchangeSessionToken;
}): LogInFlow {
  const { authn, exchange } = options;
  return {
    async logIn(credentials, context) {
      const step = signedIn(await authn.signIn(credentials, context));
      if (step.kind === 'success') {
        return { kind: 'tokens', tokens: await exchange(step.sessionToken, context) };
      }
      const { stateToken, expiresAt } = step;
      return { kind: 'passwordExpired', continuation: stateToken, expiresAt };
    },

    async changeExpiredPassword({ continuation, currentPassword, newPassword }, context) {
      const change = { stateToken: continuation, oldPassword: currentPassword, newPassword };
      const step = signedIn(await authn.changePassword(change, context));
      if (step.kind !== 'success') throw new TransactionInvalid();
      return exchange(step.sessionToken, context);
    },
  };
}
