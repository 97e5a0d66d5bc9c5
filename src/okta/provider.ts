import type { OktaConfig } from '../config.ts';
import type { IdentityProvider } from '../identity/port.ts';
import { createAccountDeletion } from './account/deletion.ts';
import { createEmailChange } from './account/email-change.ts';
import { createExplainRejection, explainRejections } from './account/explain-rejection.ts';
import { createMyAccount, myAccountScopes } from './account/my-account.ts';
import { createPasswordChange, createPasswordCheck } from './account/password.ts';
import { type ApiClients, createApiClients } from './api-clients.ts';
import { toError } from './errors/error-table.ts';
import type { Upstream } from './http/admission.ts';
import { createLogInFlow } from './log-in-flow.ts';
import type { OnMissingScopes } from './management/authorization.ts';
import { createPolicies, type OnRecoveryPolicy } from './management/policies.ts';
import { createSessions, type OnSessionsEnded } from './management/sessions.ts';
import { createProfileUpdate } from './management/users.ts';
import type { DpopOf } from './oauth/dpop.ts';
import { createTokenEndpoints, type OnTokens } from './oauth/token-endpoints.ts';
import { createSetPendingPassword } from './recovery/pending-password.ts';
import type { OnRecoveryMail } from './recovery/recovery-mail.ts';
import { createRecovery } from './recovery/reset-password.ts';
import { createUnlock } from './recovery/unlock.ts';
import { createVerification } from './recovery/verify-email.ts';
import { readFailure } from './wire/answer.ts';
import type { OktaCallRecord } from './wire/call-record.ts';

interface Dependencies {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Called once per exchange with Okta, retries included, when it has ended. */
  readonly observe: (call: OktaCallRecord) => void;
  /** Default: nothing is cached that could outlive a session. */
  readonly onSessionsEnded?: OnSessionsEnded;
  /** Default: one without metrics. */
  readonly upstream?: Upstream;
  /** Called for the log-ins and refreshes of customers. Default: not called. */
  readonly onTokens?: OnTokens;
  /** Called when a log-in or refresh fails because Okta demands DPoP. Default: not called. */
  readonly onDpopDemanded?: () => void;
  /** For the scopes of the management API. Default: not called. */
  readonly onMissingScopes?: OnMissingScopes;
  /** Default: separate keys. */
  readonly dpop?: DpopOf;
  /** Default: not called. */
  readonly onRecoveryMail?: OnRecoveryMail;
  /** Default: not called. */
  readonly onRecoveryPolicy?: OnRecoveryPolicy;
}

/**
 * The port on an Okta org. No request is made before the first call.
 * @throws TypeError for a private key that cannot be used, or the authn flow without a redirect URI
 */
export function createOktaProvider(
  config: OktaConfig,
  { onSessionsEnded = async () => undefined, ...dependencies }: Dependencies,
): IdentityProvider {
  const { now } = dependencies;
  const apis = createApiClients(config, dependencies);
  const { tokens, authn, management, users, lifecycle } = apis;
  const sessions = createSessions(management, { config, now, onSessionsEnded });
  const { endAllSessions } = sessions;
  const checkPassword = createPasswordCheck(authn);
  const policies = createPolicies(config, { ...dependencies, ...apis });
  const logInFlow = createLogInFlow(config, { ...apis, endAllSessions });
  const ping = createPing(apis);
  return {
    ...logInFlow,
    ...apis.userFactors,
    refresh: tokens.refresh,
    revoke: tokens.revoke,
    introspect: tokens.introspect,
    ownerOfRefreshToken: createOwnerOfRefreshToken(apis),
    createUnverifiedUser: users.createUnverified,
    accountStatus: async (email, context) => (await lifecycle.find(email, context))?.status ?? null,
    findNewUser: createFindNewUser(apis),
    findUsers: users.find,
    ...createUnlock(apis, ping),
    ...sessions,
    ...createAccountDeletion({ ...apis, onSessionsEnded }),
    checkPassword,
    ...passwordSetters(apis, { ...logInFlow, ...policies, checkPassword, endAllSessions }),
    updateUser: createProfileUpdate(management),
    ...emailChange(config, apis, endAllSessions),
    ...policies,
    ping,
    close: apis.close,
  };
}

type FromThePort = Pick<
  IdentityProvider,
  'logIn' | 'changeExpiredPassword' | 'checkPassword' | 'endAllSessions' | 'passwordPolicy'
>;

/** Every method that sets a password. A rejection names the rules of the policy that are broken. */
function passwordSetters(apis: ApiClients, port: FromThePort) {
  const { logIn, changeExpiredPassword, endAllSessions } = port;
  const explain = createExplainRejection(port.passwordPolicy);
  const setPendingPassword = createSetPendingPassword(apis.authn, explain);
  const changePassword = createPasswordChange({ ...apis, ...port });
  return {
    ...createRecovery({ ...apis, endAllSessions, setPendingPassword }),
    ...createVerification({ ...apis, logIn, setPendingPassword }),
    ...explainRejections(
      { createUser: apis.users.create, changeExpiredPassword, changePassword },
      explain,
    ),
  };
}

/** Logs in separately, for a token that may only change the address. */
function emailChange(
  config: OktaConfig,
  apis: ApiClients,
  endAllSessions: IdentityProvider['endAllSessions'],
) {
  const scopes = myAccountScopes;
  const tokens = createTokenEndpoints({ ...apis, scopes });
  return createEmailChange({
    ...apis,
    logIn: createLogInFlow({ ...config, scopes }, { ...apis, tokens, endAllSessions }).logIn,
    myAccount: createMyAccount(config.orgUrl, apis),
    findUsers: apis.users.find,
  });
}

/** In both directions, since Okta's clock may differ from ours. */
const newForMs = 10 * 60_000;

function createFindNewUser({ lifecycle, now }: ApiClients): IdentityProvider['findNewUser'] {
  return async (email, context) => {
    const user = await lifecycle.findUser(email, context);
    if (user === null) return null;
    return Math.abs(now() - user.createdAt.getTime()) <= newForMs ? user : null;
  };
}

/** Okta's answer about a refresh token names the login of its user, and no id. */
function createOwnerOfRefreshToken({
  tokens,
  lifecycle,
}: ApiClients): IdentityProvider['ownerOfRefreshToken'] {
  return async (refreshToken, context) => {
    const answer = await tokens.introspectAtLogOut(refreshToken, context);
    if (!answer.active) return null;
    return answer.userId ?? (await lifecycle.find(answer.subject, context))?.id ?? null;
  };
}

/** Reads the keys, which no rate limit covers. */
function createPing({ http, oauthClient, now }: ApiClients): IdentityProvider['ping'] {
  const url = oauthClient.server.jwks_uri;
  const headers = { accept: 'application/json' };
  return (context) =>
    http.exchange(async (send) => {
      const response = await send({ endpoint: 'keys', method: 'GET', url, headers }, context);
      if (!response.ok) throw toError(await readFailure('keys', response, now()));
    });
}
