import type { OktaConfig } from '../config.ts';
import type { IdentityProvider } from '../identity/port.ts';
import { createAccountDeletion } from './account/deletion.ts';
import { createEmailChange } from './account/email-change.ts';
import { createExplainRejection, explainingRejections } from './account/explain-rejection.ts';
import { createMyAccount, myAccountScopes } from './account/my-account.ts';
import { createPasswordChange, createPasswordCheck } from './account/password.ts';
import { createOrgApis, type OrgApis } from './api-clients.ts';
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
import type { OnOwnerMail } from './recovery/recovery-mail.ts';
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
  /** Default: its figures are not shown. */
  readonly upstream?: Upstream;
  /** Of customers' log-ins and refreshes. Default: nothing is done with them. */
  readonly onTokens?: OnTokens;
  /** Of log-ins and refreshes. Default: not reported. */
  readonly onDpopDemanded?: () => void;
  /** Of the management API. Default: not reported. */
  readonly onMissingScopes?: OnMissingScopes;
  /** Default: keys that no other client of the process shares. */
  readonly dpop?: DpopOf;
  /** Default: not reported. */
  readonly onOwnerMail?: OnOwnerMail;
  /** Default: not reported. */
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
  const apis = createOrgApis(config, dependencies);
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

/** All that sets a password, and says what the policy has against one. */
function passwordSetters(apis: OrgApis, port: FromThePort) {
  const { logIn, changeExpiredPassword, endAllSessions } = port;
  const explain = createExplainRejection(port.passwordPolicy);
  const setPendingPassword = createSetPendingPassword(apis.authn, explain);
  const changePassword = createPasswordChange({ ...apis, ...port });
  return {
    ...createRecovery({ ...apis, endAllSessions, setPendingPassword }),
    ...createVerification({ ...apis, logIn, setPendingPassword }),
    ...explainingRejections(
      { createUser: apis.users.create, changeExpiredPassword, changePassword },
      explain,
    ),
  };
}

/** By a separate log-in, for a token that may only change the address. */
function emailChange(
  config: OktaConfig,
  apis: OrgApis,
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

/** Either way, for Okta's clock and ours may differ. */
const newForMs = 10 * 60_000;

function createFindNewUser({ lifecycle, now }: OrgApis): IdentityProvider['findNewUser'] {
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
}: OrgApis): IdentityProvider['ownerOfRefreshToken'] {
  return async (refreshToken, context) => {
    const answer = await tokens.introspectAtLogOut(refreshToken, context);
    if (!answer.active) return null;
    return answer.userId ?? (await lifecycle.find(answer.subject, context))?.id ?? null;
  };
}

/** The keys are limited by no bucket. */
function createPing({ http, oauthClient, now }: OrgApis): IdentityProvider['ping'] {
  const url = oauthClient.server.jwks_uri;
  const headers = { accept: 'application/json' };
  return (context) =>
    http.exchange(async (send) => {
      const response = await send({ endpoint: 'keys', method: 'GET', url, headers }, context);
      if (!response.ok) throw toError(await readFailure('keys', response, now()));
    });
}
