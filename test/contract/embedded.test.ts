import { randomUUID } from 'node:crypto';
import { totpCode } from '../../src/embedded/factors/totp.ts';
import { createOktaProvider } from '../../src/okta/provider.ts';
import { startOkta } from '../embedded/start.ts';
import { embeddedConfig, type OktaChoice, serviceApp } from '../okta/embedded-config.ts';
import { identityProviderContract } from './identity-provider.ts';
import type { ContractOrg } from './org.ts';

const unassigned = { email: 'unassigned@example.com', password: 'Unassigned-Horse-7' };

async function start(config: OktaChoice, management: 'ssws' | 'service_app') {
  const okta = await startOkta({
    seed: {
      users: [{ ...unassigned, assigned: false }],
      passwordPolicy: { showLockoutFailures: config.logInFlow === 'authn' },
    },
  });
  const provider = createOktaProvider(
    embeddedConfig(okta, {
      ...(management === 'service_app' ? { management: serviceApp(okta) } : {}),
      ...config,
    }),
    { now: Date.now, observe: () => undefined },
  );
  async function mailedToken(email: string): Promise<string> {
    const token = okta.outbox.to(email).at(-1)?.token;
    if (token === undefined || token === null) throw new Error('no mail with a token');
    return token;
  }
  const org: ContractOrg = {
    provider,
    clientId: okta.seeded.apiClient.clientId,
    newEmail: () => `${randomUUID()}@example.com`,
    expirePassword: async (user) => okta.setStatus(user.login, 'PASSWORD_EXPIRED'),
    lock: async (user) => okta.setStatus(user.login, 'LOCKED_OUT'),
    resetToken: mailedToken,
    verificationToken: mailedToken,
    unlockToken: mailedToken,
    totp: (secret, stepsAhead) => totpCode(secret, Date.now() + stepsAhead * 30_000),
    emailChangeCode: (email) => okta.outbox.to(email).at(-1)?.code ?? '',
    unassigned,
    async close() {
      await provider.close();
      await okta.close();
    },
  };
  return org;
}

// Each flow and each way to the management API once: neither knows of the other.
for (const [logInFlow, management] of [
  ['password', 'service_app'],
  ['authn', 'ssws'],
] as const) {
  const name = `embedded org, log-in flow ${logInFlow}, management by ${management}`;
  identityProviderContract(name, () => start({ logInFlow }, management));
}
