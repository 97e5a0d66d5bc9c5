/**
 * The contract against an Okta org of yours, run where these are set (a preview org, please: the
 * tests make about 30 accounts per flow and delete them):
 *   OKTA_CONTRACT_ORG_URL        https://{org}
 *   OKTA_CONTRACT_ISSUER         https://{org}/oauth2/default
 *   OKTA_CONTRACT_CLIENT_ID      an app with the grants password, authorization_code, refresh_token
 *   OKTA_CONTRACT_CLIENT_SECRET  its secret (client_secret_basic)
 *   OKTA_CONTRACT_API_TOKEN      an SSWS token that manages users and reads policies
 * and, optionally,
 *   OKTA_CONTRACT_REDIRECT_URI   a login redirect URI of the app: the authn flow is run too
 *   OKTA_CONTRACT_GROUP_IDS      group ids, separated by commas, that assign the app
 *   OKTA_CONTRACT_EMAIL_DOMAIN   where the accounts' mail goes; default example.com
 */
import { randomUUID } from 'node:crypto';
import { describe, it } from 'vitest';
import { z } from 'zod';
import type { OktaConfig } from '../../src/config.ts';
import { createOktaProvider } from '../../src/okta/provider.ts';
import { identityProviderContract } from './identity-provider.ts';
import type { ContractOrg } from './org.ts';

const settings = z
  .object({
    OKTA_CONTRACT_ORG_URL: z.url(),
    OKTA_CONTRACT_ISSUER: z.url(),
    OKTA_CONTRACT_CLIENT_ID: z.string().min(1),
    OKTA_CONTRACT_CLIENT_SECRET: z.string().min(1),
    OKTA_CONTRACT_API_TOKEN: z.string().min(1),
    OKTA_CONTRACT_REDIRECT_URI: z.string().optional(),
    OKTA_CONTRACT_GROUP_IDS: z.string().default(''),
    OKTA_CONTRACT_EMAIL_DOMAIN: z.string().default('example.com'),
  })
  .safeParse(process.env);
type Settings = NonNullable<typeof settings.data>;

if (settings.success) {
  for (const logInFlow of ['password', 'authn'] as const) {
    if (logInFlow === 'authn' && settings.data.OKTA_CONTRACT_REDIRECT_URI === undefined) continue;
    identityProviderContract(`real org, log-in flow ${logInFlow}`, async () =>
      start(settings.data, logInFlow),
    );
  }
} else {
  const missing = settings.error.issues.map(({ path }) => path.join('.')).join(', ');
  process.stdout.write(`The contract is not run against a real org: set ${missing}.\n`);
  describe('the identity provider, real org,', () => {
    it.skip(`needs ${missing}`, () => undefined);
  });
}

function configOf(env: Settings, logInFlow: OktaConfig['logInFlow']): OktaConfig {
  return {
    orgUrl: env.OKTA_CONTRACT_ORG_URL.replace(/\/$/, ''),
    issuer: env.OKTA_CONTRACT_ISSUER.replace(/\/$/, ''),
    audience: 'api://default',
    clientId: env.OKTA_CONTRACT_CLIENT_ID,
    clientAuthentication: () => ({
      method: 'client_secret_basic',
      secret: env.OKTA_CONTRACT_CLIENT_SECRET,
    }),
    management: () => ({ method: 'ssws', apiToken: env.OKTA_CONTRACT_API_TOKEN }),
    logInFlow,
    redirectUri: env.OKTA_CONTRACT_REDIRECT_URI ?? null,
    scopes: ['openid', 'profile', 'email', 'offline_access'],
    acceptedClientIds: [env.OKTA_CONTRACT_CLIENT_ID],
    signUpGroupIds: env.OKTA_CONTRACT_GROUP_IDS.split(',').filter((id) => id !== ''),
    userBatchSize: 100,
    callTimeoutMs: 10_000,
  };
}

function start(env: Settings, logInFlow: OktaConfig['logInFlow']): ContractOrg {
  const config = configOf(env, logInFlow);
  const provider = createOktaProvider(config, { now: Date.now, observe: () => undefined });
  const madeIds: string[] = [];
  async function manage(method: 'POST' | 'DELETE', path: string): Promise<Response> {
    const headers = {
      authorization: `SSWS ${env.OKTA_CONTRACT_API_TOKEN}`,
      accept: 'application/json',
      'content-type': 'application/json',
    };
    const url = `${config.orgUrl}/api/v1/users/${path}`;
    const response = await fetch(url, { method, headers, body: method === 'POST' ? '{}' : null });
    // A test has deleted the account itself.
    const isGone = method === 'DELETE' && response.status === 404;
    if (!response.ok && !isGone)
      throw new Error(`${method} ${path.replace(/^[^/?]+/, '{id}')}: ${response.status}`);
    return response;
  }
  return {
    provider: {
      ...provider,
      async createUser(newUser, context) {
        const user = await provider.createUser(newUser, context);
        madeIds.push(user.id);
        return user;
      },
      async createUnverifiedUser(newUser, context) {
        const user = await provider.createUnverifiedUser(newUser, context);
        madeIds.push(user.id);
        return user;
      },
    },
    clientId: config.clientId,
    newEmail: () => `contract-${randomUUID()}@${env.OKTA_CONTRACT_EMAIL_DOMAIN}`,
    async expirePassword({ id }) {
      await manage('POST', `${id}/lifecycle/expire_password`);
    },
    lock: null,
    // The mail cannot be read here; the API token gets a token of the same kind.
    async resetToken(email) {
      const path = `${encodeURIComponent(email)}/credentials/forgot_password?sendEmail=false`;
      const answer = z.object({ resetPasswordUrl: z.string() });
      const { resetPasswordUrl } = answer.parse(await (await manage('POST', path)).json());
      return resetPasswordUrl.split('/').at(-1) ?? '';
    },
    async verificationToken(email) {
      const path = `${encodeURIComponent(email)}/lifecycle/reactivate?sendEmail=false`;
      const answer = z.object({ activationToken: z.string() });
      return answer.parse(await (await manage('POST', path)).json()).activationToken;
    },
    unlockToken: () => Promise.reject(new Error('This org locks nobody on demand.')),
    totp: null,
    emailChangeCode: null,
    unassigned: null,
    async close() {
      await provider.close();
      // The first deactivates, the second deletes.
      for (const id of madeIds) {
        await manage('DELETE', id);
        await manage('DELETE', id);
      }
    },
  };
}
