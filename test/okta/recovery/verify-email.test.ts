import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedOkta } from '../../../src/embedded/handle.ts';
import {
  ProviderMisconfigured,
  ResetTokenInvalid,
  UnlockTokenInvalid,
  UpstreamUnavailable,
  VerificationTokenInvalid,
} from '../../../src/identity/errors.ts';
import type { IdentityProvider } from '../../../src/identity/port.ts';
import { call } from '../../embedded/call.ts';
import { startOkta } from '../../embedded/start.ts';
import { callContext, mailed, newUser, providerOn } from '../start.ts';

const email = 'ada@example.com';
const password = 'Analytical-Engine-1';
const context = callContext();

let okta: EmbeddedOkta;
beforeAll(async () => {
  okta = await startOkta();
});
afterEach(() => okta.reset());

const lastToken = (to = email) => okta.outbox.to(to).at(-1)?.token ?? 'no mail';

async function verificationToken(provider: IdentityProvider): Promise<string> {
  await provider.createUnverifiedUser(newUser(email), context);
  return lastToken();
}

async function unlockToken(provider: IdentityProvider): Promise<string> {
  okta.setStatus(okta.seeded.customer.email, 'LOCKED_OUT');
  await mailed(provider.unlockMail(okta.seeded.customer.email, context));
  return lastToken(okta.seeded.customer.email);
}

async function resetToken(provider: IdentityProvider): Promise<string> {
  await mailed(provider.passwordResetMail(okta.seeded.customer.email, context));
  return lastToken(okta.seeded.customer.email);
}

describe.each(['password', 'authn'] as const)('with the %s flow, verifyEmail', (logInFlow) => {
  const start = () => providerOn(okta, { logInFlow });

  it('gives the tokens of a session', async () => {
    const { provider } = start();
    const token = await verificationToken(provider);
    const tokens = await provider.verifyEmail({ token }, password, context);
    expect(tokens?.refreshToken).toMatch(/./);
  });

  it('is done once the password is set, whatever becomes of the log-in', async () => {
    const { provider } = start();
    const token = await verificationToken(provider);
    const undo = okta.fail({ path: '/oauth2/', fault: { kind: 'answer', status: 503 } });
    expect(await provider.verifyEmail({ token }, password, context)).toBeNull();
    undo();
    expect((await provider.logIn({ email, password }, context)).kind).toBe('tokens');
  });

  it('is done for an account that an access policy keeps from logging in', async () => {
    const { provider } = start();
    const token = await verificationToken(provider);
    const body = JSON.stringify({ error: 'access_denied', error_description: 'Policy evaluation' });
    okta.fail({ path: '/oauth2/default/v1/token', fault: { kind: 'answer', status: 400, body } });
    expect(await provider.verifyEmail({ token }, password, context)).toBeNull();
  });
});

describe('verifyEmail', () => {
  it('sets no password where the account has one', async () => {
    const { provider } = providerOn(okta);
    const profile = { login: email, email, firstName: 'A', lastName: 'L' };
    const credentials = { password: { value: password } };
    const made = await call(okta, ['POST', '/api/v1/users?activate=false'], {
      body: { profile, credentials },
    });
    const path = `/api/v1/users/${made.body.id}/lifecycle/activate?sendEmail=false`;
    const token = (await call(okta, ['POST', path])).body.activationToken;
    expect(await provider.verifyEmail({ token }, 'Another-Engine-2', context)).toBeNull();
    expect((await provider.logIn({ email, password }, context)).kind).toBe('tokens');
  });

  it('takes the token of no other mail, and leaves that one good', async () => {
    const { provider } = providerOn(okta);
    const token = await resetToken(provider);
    const verify = provider.verifyEmail({ token }, password, context);
    await expect(verify).rejects.toBeInstanceOf(VerificationTokenInvalid);
    await provider.resetPassword({ token }, password, context);
    const unlock = provider.verifyEmail({ token: await unlockToken(provider) }, password, context);
    await expect(unlock).rejects.toBeInstanceOf(VerificationTokenInvalid);
  });

  it('takes a recovery for no activation, even if Okta were to accept its token', async () => {
    const { provider } = providerOn(okta);
    const recovery = { status: 'PASSWORD_RESET', recoveryType: 'PASSWORD', stateToken: '00x' };
    const body = JSON.stringify(recovery);
    okta.fail({ path: '/api/v1/authn', fault: { kind: 'answer', status: 200, body } });
    const verify = provider.verifyEmail({ token: 'x' }, password, context);
    await expect(verify).rejects.toBeInstanceOf(VerificationTokenInvalid);
    expect(okta.requests.all()).toHaveLength(1);
  });

  it('cannot log in a user that Okta does not name', async () => {
    const { provider } = providerOn(okta);
    const body = JSON.stringify({ status: 'PASSWORD_RESET', stateToken: '00x' });
    okta.fail({ path: '/api/v1/authn', fault: { kind: 'answer', status: 200, body } });
    const verify = provider.verifyEmail({ token: 'x' }, password, context);
    await expect(verify).rejects.toBeInstanceOf(UpstreamUnavailable);
  });
});

describe('unlockAccount', () => {
  it('takes the token of no other mail', async () => {
    const { provider } = providerOn(okta);
    const token = await resetToken(provider);
    const unlock = provider.unlockAccount(token, context);
    await expect(unlock).rejects.toBeInstanceOf(UnlockTokenInvalid);
    const activation = provider.unlockAccount(await verificationToken(provider), context);
    await expect(activation).rejects.toBeInstanceOf(UnlockTokenInvalid);
  });

  it('cannot answer a security question', async () => {
    const { provider } = providerOn(okta);
    const body = JSON.stringify({ status: 'RECOVERY', recoveryType: 'UNLOCK', stateToken: '00x' });
    okta.fail({
      path: '/api/v1/authn/recovery/token',
      fault: { kind: 'answer', status: 200, body },
    });
    const unlock = provider.unlockAccount('x', context);
    await expect(unlock).rejects.toBeInstanceOf(ProviderMisconfigured);
  });
});

describe('resetPassword', () => {
  it('takes no unlock token for a reset token', async () => {
    const { provider } = providerOn(okta);
    const reset = provider.resetPassword({ token: await unlockToken(provider) }, password, context);
    await expect(reset).rejects.toBeInstanceOf(ResetTokenInvalid);
    expect((await provider.logIn(okta.seeded.customer, context)).kind).toBe('tokens');
  });
});
