import { createRunToCompletion, type RunToCompletion } from '../async/run-to-completion.ts';
import type { OktaConfig } from '../config.ts';
import { type Authn, createAuthn, createPostAuthn, type PostAuthn } from './authn/client.ts';
import { createUpstream, type Upstream } from './http/admission.ts';
import { createHttp, type OktaHttp } from './http/client.ts';
import type { OnMissingScopes } from './management/authorization.ts';
import { createLifecycle, type Lifecycle } from './management/lifecycle.ts';
import { createManagement, type Management } from './management/sdk.ts';
import { createUserFactors, type UserFactors } from './management/user-factors.ts';
import { createUsers, type Users } from './management/users.ts';
import { authorizationServer, createOAuthClient, type OAuthClient } from './oauth/client.ts';
import { createClientAuthentication } from './oauth/client-authentication.ts';
import { createDpop, type DpopOf } from './oauth/dpop.ts';
import {
  createTokenEndpoints,
  type OnTokens,
  type TokenEndpoints,
} from './oauth/token-endpoints.ts';
import type { OnRecoveryMail } from './recovery/recovery-mail.ts';
import type { OktaCallRecord } from './wire/call-record.ts';

/** Clients for all of Okta's APIs at one org, over one HTTP client. The port is built on them. */
export interface ApiClients {
  readonly http: OktaHttp;
  readonly oauthClient: OAuthClient;
  readonly tokens: TokenEndpoints;
  readonly postAuthn: PostAuthn;
  readonly authn: Authn;
  readonly management: Management;
  readonly users: Users;
  readonly lifecycle: Lifecycle;
  readonly userFactors: UserFactors;
  readonly runToCompletion: RunToCompletion;
  readonly onRecoveryMail: OnRecoveryMail;
  readonly dpop: DpopOf;
  readonly now: () => number;
  /** Closes every connection after running work has completed. */
  close(): Promise<void>;
}

interface Dependencies {
  readonly now: () => number;
  readonly observe: (call: OktaCallRecord) => void;
  readonly upstream?: Upstream;
  readonly onMissingScopes?: OnMissingScopes;
  /** Default: separate keys. */
  readonly dpop?: DpopOf;
  /** Default: not called. */
  readonly onRecoveryMail?: OnRecoveryMail;
  readonly onTokens?: OnTokens;
  /** Default: not called. */
  readonly onDpopDemanded?: () => void;
}

/** @throws TypeError for a private key that cannot be used */
export function createApiClients(config: OktaConfig, dependencies: Dependencies): ApiClients {
  const { now, observe, upstream = createUpstream({ now }) } = dependencies;
  const { dpop = createDpop({ now }), onTokens, onDpopDemanded } = dependencies;
  const { orgUrl, issuer, clientId, clientAuthentication, scopes, callTimeoutMs } = config;
  const http = createHttp({ callTimeoutMs, now, observe, upstream });
  const oauthClient = createOAuthClient({
    server: authorizationServer(orgUrl, issuer),
    clientId,
    authenticateAt: createClientAuthentication(clientAuthentication),
    http,
    now,
  });
  const postAuthn = createPostAuthn(orgUrl, { http, now });
  const management = createManagement(config, { ...dependencies, http, dpop });
  const { runToCompletion, settled } = createRunToCompletion();
  return {
    http,
    oauthClient,
    tokens: createTokenEndpoints({ oauthClient, scopes, now, onTokens, onDpopDemanded }),
    postAuthn,
    authn: createAuthn(postAuthn, () => {
      const credential = config.management();
      return credential.method === 'ssws' ? credential.apiToken : null;
    }),
    management,
    users: createUsers(management, config),
    lifecycle: createLifecycle(management),
    userFactors: createUserFactors(management, orgUrl),
    runToCompletion,
    onRecoveryMail: dependencies.onRecoveryMail ?? (() => undefined),
    dpop,
    now,
    async close() {
      await settled();
      await http.close();
    },
  };
}
