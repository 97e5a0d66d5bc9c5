import { afterAll, afterEach, beforeAll } from 'vitest';
import type { EmbeddedOkta, EmbeddedOktaOptions } from '../../src/embedded/handle.ts';
import { publicCall } from './call.ts';
import { startOkta } from './start.ts';

export const email = 'ada@example.com';
export const password = 'Tr0ub4dor&3';
export const nextPassword = 'Plough-Sky-42';
export const minute = 60_000;

type PasswordPolicy = NonNullable<EmbeddedOktaOptions['seed']>['passwordPolicy'];

/** Serves the tests of one file an org with one customer, and how the public calls its authn API. */
export function onAuthnOrg(passwordPolicy: NonNullable<PasswordPolicy>) {
  let org: EmbeddedOkta;
  let now = Date.parse('2026-01-01T00:00:00.000Z');
  const clock = {
    now: () => now,
    advance(ms: number) {
      now += ms;
    },
  };
  beforeAll(async () => {
    org = await startOkta({
      now: clock.now,
      perUsernamePerSecond: 1000,
      seed: {
        users: [{ email, password, firstName: 'Ada', lastName: 'Lovelace' }],
        passwordPolicy,
      },
    });
  });
  afterEach(() => org.reset());
  afterAll(() => org.close());

  const authn = (path: string, body: unknown) => publicCall(org, `/api/v1/authn${path}`, body);
  const recover = (username: string) =>
    authn('/recovery/password', { username, factorType: 'EMAIL' });
  const redeem = (recoveryToken: string) => authn('/recovery/token', { recoveryToken });
  const mailedToken = () => org.outbox.to(email).at(-1)?.token ?? 'no mail';
  return {
    org: () => org,
    clock,
    authn,
    signIn: (secret: string, username = email) => authn('', { username, password: secret }),
    recover,
    redeem,
    mailedToken,
    async resetTransaction() {
      await recover(email);
      return (await redeem(mailedToken())).body;
    },
  };
}
