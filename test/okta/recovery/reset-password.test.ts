import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedOkta } from '../../../src/embedded/handle.ts';
import {
  ProviderMisconfigured,
  RefreshTokenRejected,
  UpstreamUnavailable,
} from '../../../src/identity/errors.ts';
import type { IdentityProvider } from '../../../src/identity/port.ts';
import { startOkta } from '../../embedded/start.ts';
import { callContext, mailed, providerOn } from '../start.ts';

const context = callContext();
const newPassword = 'Correct-Horse-8';

let okta: EmbeddedOkta;
beforeAll(async () => {
  okta = await startOkta();
});
afterEach(() => okta.reset());

async function withResetToken(provider: IdentityProvider) {
  const { customer } = okta.seeded;
  const outcome = await provider.logIn(customer, context);
  const refreshToken = outcome.kind === 'tokens' ? (outcome.tokens.refreshToken ?? '') : '';
  await mailed(provider.passwordResetMail(customer.email, context));
  const resetToken = okta.outbox.to(customer.email).at(-1)?.token ?? '';
  return { refreshToken, resetToken };
}

const sessionsPath = /\/sessions$/;
const sessionCalls = () => okta.requests.all().filter(({ path }) => sessionsPath.test(path)).length;

describe('resetPassword', () => {
  it('is sure of the end of all sessions, so it asks twice', async () => {
    const { provider } = providerOn(okta);
    const { refreshToken, resetToken } = await withResetToken(provider);
    okta.fail({ path: sessionsPath, times: 1, fault: { kind: 'answer', status: 503 } });
    await provider.resetPassword({ token: resetToken }, newPassword, context);
    expect(sessionCalls()).toBe(2);
    await expect(provider.refresh(refreshToken, context)).rejects.toBeInstanceOf(
      RefreshTokenRejected,
    );
  });

  it('fails where sessions may live on, though the new password is set', async () => {
    const { provider } = providerOn(okta);
    const { resetToken } = await withResetToken(provider);
    okta.fail({ path: sessionsPath, fault: { kind: 'answer', status: 503 } });
    const reset = provider.resetPassword({ token: resetToken }, newPassword, context);
    await expect(reset).rejects.toBeInstanceOf(UpstreamUnavailable);
    expect(sessionCalls()).toBe(2);
    const { email } = okta.seeded.customer;
    const outcome = await provider.logIn({ email, password: newPassword }, context);
    expect(outcome.kind).toBe('tokens');
  });

  it('takes a page for no confirmation', async () => {
    const { provider } = providerOn(okta);
    const { resetToken } = await withResetToken(provider);
    const headers = { 'content-type': 'text/html' };
    const fault = { kind: 'answer', status: 200, body: '<html>', headers } as const;
    okta.fail({ path: sessionsPath, fault });
    const reset = provider.resetPassword({ token: resetToken }, newPassword, context);
    await expect(reset).rejects.toBeInstanceOf(UpstreamUnavailable);
  });

  it('ends the sessions even if its caller goes away in the middle', async () => {
    const { provider } = providerOn(okta);
    const { refreshToken, resetToken } = await withResetToken(provider);
    const caller = new AbortController();
    const path = '/api/v1/authn/credentials/reset_password';
    okta.fail({ path, fault: { kind: 'delay', ms: 100 } });
    const reset = provider.resetPassword(
      { token: resetToken },
      newPassword,
      callContext(caller.signal),
    );
    await expect.poll(() => okta.requests.all().some((seen) => seen.path === path)).toBe(true);
    const gone = new Error('gone');
    caller.abort(gone);
    await expect(reset).rejects.toBe(gone);
    const ended = () => okta.requests.all().some((seen) => seen.path.endsWith('/sessions'));
    await expect.poll(ended).toBe(true);
    await expect(provider.refresh(refreshToken, context)).rejects.toBeInstanceOf(
      RefreshTokenRejected,
    );
  });

  it('cannot answer a security question', async () => {
    const { provider } = providerOn(okta);
    const body = JSON.stringify({ status: 'RECOVERY', stateToken: '00x' });
    okta.fail({
      path: '/api/v1/authn/recovery/token',
      fault: { kind: 'answer', status: 200, body },
    });
    const reset = provider.resetPassword({ token: 'x' }, newPassword, context);
    await expect(reset).rejects.toBeInstanceOf(ProviderMisconfigured);
  });

  it('puts no malformed id into a path', async () => {
    const { provider } = providerOn(okta);
    const body = JSON.stringify({
      status: 'PASSWORD_RESET',
      stateToken: '00x',
      _embedded: { user: { id: '../../apps' } },
    });
    okta.fail({
      path: '/api/v1/authn/recovery/token',
      fault: { kind: 'answer', status: 200, body },
    });
    const reset = provider.resetPassword({ token: 'x' }, newPassword, context);
    await expect(reset).rejects.toBeInstanceOf(UpstreamUnavailable);
    expect(okta.requests.all()).toHaveLength(1);
  });
});
