import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AccountLocked,
  InvalidCredentials,
  LogInDenied,
  PasswordRejected,
  RefreshTokenRejected,
  ResetTokenInvalid,
  TransactionInvalid,
} from '../../src/identity/errors.ts';
import type { Tokens } from '../../src/identity/model.ts';
import { mailed } from '../okta/start.ts';
import { describeEmailChange } from './email-change.ts';
import { describeFactors } from './factors.ts';
import {
  type Account,
  type ContractOrg,
  context,
  continuationOf,
  makeAccount,
  newPassword,
} from './org.ts';
import { describeOwnAccount } from './own-account.ts';
import { describeDeletion, describeSessionList } from './sessions.ts';
import { describeUsers } from './users.ts';
import { describeUnlock, describeVerification } from './verification.ts';

/** What every IdentityProvider has to do, whatever its implementation. */
export function identityProviderContract(name: string, start: () => Promise<ContractOrg>): void {
  describe(`the identity provider, ${name},`, () => {
    let org: ContractOrg;
    beforeAll(async () => {
      org = await start();
    });
    afterAll(() => org?.close());

    describeLogIn(() => org);
    describeExpiredPasswords(() => org);
    describeSessions(() => org);
    describeSessionList(() => org);
    describeDeletion(() => org);
    describeEmailChange(() => org);
    describeUsers(() => org);
    describeRecovery(() => org);
    describeVerification(() => org);
    describeUnlock(() => org);
    describeFactors(() => org);
    describeOwnAccount(() => org);

    it('answers when asked whether it is there', async () => {
      await org.provider.ping(context());
    });

    it('rejects with the reason of a signal that has fired', async () => {
      const gone = new Error('the caller has gone');
      const ended = context(AbortSignal.abort(gone));
      const credentials = { email: org.newEmail(), password: newPassword() };
      await expect(org.provider.logIn(credentials, ended)).rejects.toBe(gone);
      await expect(org.provider.findUsers(['00u12345678901234567'], ended)).rejects.toBe(gone);
    });
  });
}

async function logIn(org: ContractOrg, account: Pick<Account, 'email' | 'password'>) {
  const outcome = await org.provider.logIn(account, context());
  if (outcome.kind !== 'tokens') throw new Error(`logged in to ${outcome.kind}`);
  return outcome.tokens;
}

async function expire(org: ContractOrg, account: Account): Promise<string> {
  await org.expirePassword(account.user);
  const outcome = await org.provider.logIn(account, context());
  if (outcome.kind !== 'passwordExpired') throw new Error(`logged in to ${outcome.kind}`);
  expect(outcome.expiresAt.getTime()).toBeGreaterThan(Date.now());
  return outcome.continuation;
}

function describeLogIn(org: () => ContractOrg): void {
  it('gives tokens for an address and its password', async () => {
    const tokens = await logIn(org(), await makeAccount(org()));
    expect(tokens).toMatchObject({
      accessToken: expect.stringMatching(/./),
      refreshToken: expect.stringMatching(/./),
      idToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      scopes: expect.arrayContaining(['openid', 'offline_access']),
      owner: expect.objectContaining({ userId: expect.stringMatching(/./) }),
    });
    expect(tokens.expiresAt.getTime()).toBeGreaterThan(Date.now() + 60_000);
  });

  it('sends address and password as they are, whatever characters they have', async () => {
    const [name, domain] = org().newEmail().split('@');
    const account = await makeAccount(org(), {
      email: `${name}+a&b=c@${domain}`,
      password: ` Spåced +%&=;"\\ Hörse 7 ${newPassword()} `,
    });
    await logIn(org(), account);
    const trimmed = { email: account.email, password: account.password.trim() };
    await expect(logIn(org(), trimmed)).rejects.toBeInstanceOf(InvalidCredentials);
  });

  it('refuses a wrong password and an unknown address alike', async () => {
    const { email } = await makeAccount(org());
    for (const address of [email, org().newEmail()]) {
      const credentials = { email: address, password: newPassword() };
      await expect(logIn(org(), credentials)).rejects.toBeInstanceOf(InvalidCredentials);
    }
  });

  it('denies the log-in of an account that the app is not assigned to', async ({ skip }) => {
    const { unassigned } = org();
    if (unassigned === null) return skip('this org has no unassigned account');
    await expect(logIn(org(), unassigned)).rejects.toBeInstanceOf(LogInDenied);
  });

  it('keeps a locked account out, and says why only where the org does', async ({ skip }) => {
    const { lock } = org();
    if (lock === null) return skip('this org locks nobody on demand');
    const account = await makeAccount(org());
    await lock(account.user);
    const error = await logIn(org(), account).catch((thrown: unknown) => thrown);
    expect(error instanceof AccountLocked || error instanceof InvalidCredentials).toBe(true);
  });
}

function describeExpiredPasswords(org: () => ContractOrg): void {
  const change = async (
    account: Account,
    step: { continuation: string; next: string; current?: string },
  ): Promise<Tokens> => {
    const outcome = await org().provider.changeExpiredPassword(
      {
        continuation: step.continuation,
        currentPassword: step.current ?? account.password,
        newPassword: step.next,
        endSessions: true,
      },
      context(),
    );
    if (outcome.kind !== 'tokens') throw new Error(`changed it and got ${outcome.kind}`);
    return outcome.tokens;
  };

  it('changes an expired password and logs in with the new one', async () => {
    const account = await makeAccount(org());
    const continuation = await expire(org(), account);
    const next = newPassword();
    const tokens = await change(account, { continuation, next });
    expect(tokens.refreshToken).not.toBeNull();
    await logIn(org(), { email: account.email, password: next });
  });

  it('wants the current password once more', async () => {
    const account = await makeAccount(org());
    const continuation = await expire(org(), account);
    const step = { continuation, next: newPassword(), current: newPassword() };
    await expect(change(account, step)).rejects.toBeInstanceOf(InvalidCredentials);
  });

  it('holds a new password against the policy', async () => {
    const account = await makeAccount(org());
    const continuation = await expire(org(), account);
    await expect(change(account, { continuation, next: 'short' })).rejects.toBeInstanceOf(
      PasswordRejected,
    );
  });

  it('takes a continuation once', async () => {
    const account = await makeAccount(org());
    const continuation = await expire(org(), account);
    const next = newPassword();
    await change(account, { continuation, next });
    const again = { continuation, next: newPassword(), current: next };
    await expect(change(account, again)).rejects.toBeInstanceOf(TransactionInvalid);
  });
}

function describeSessions(org: () => ContractOrg): void {
  it('refreshes a session', async () => {
    const first = await logIn(org(), await makeAccount(org()));
    const second = await org().provider.refresh(first.refreshToken ?? '', context());
    expect(second.accessToken).not.toBe(first.accessToken);
    expect(second.refreshToken).toMatch(/./);
    const third = await org().provider.refresh(second.refreshToken ?? '', context());
    expect(third.accessToken).not.toBe(second.accessToken);
  });

  it('rejects an unknown refresh token', async () => {
    const refresh = org().provider.refresh('not-a-refresh-token', context());
    await expect(refresh).rejects.toBeInstanceOf(RefreshTokenRejected);
  });

  it('names the owner of an access token', async () => {
    const { user, ...credentials } = await makeAccount(org());
    const { accessToken } = await logIn(org(), credentials);
    const token = await org().provider.introspect(accessToken, context());
    expect(token).toMatchObject({
      active: true,
      userId: user.id,
      clientId: org().clientId,
      scopes: expect.arrayContaining(['openid']),
      issuer: expect.stringMatching(/^https?:/),
      claims: { token_type: 'Bearer' },
    });
  });

  it('finds strange tokens inactive', async () => {
    for (const token of ['x', 'a.b.c', 'ey'.repeat(500)]) {
      expect(await org().provider.introspect(token, context())).toEqual({ active: false });
    }
  });

  it('revokes an access token, and leaves the session', async () => {
    const { accessToken, refreshToken } = await logIn(org(), await makeAccount(org()));
    await org().provider.revoke(accessToken, 'access_token', context());
    expect(await org().provider.introspect(accessToken, context())).toEqual({ active: false });
    await org().provider.refresh(refreshToken ?? '', context());
  });

  it('revokes a refresh token, and with it the session', async () => {
    const { accessToken, refreshToken } = await logIn(org(), await makeAccount(org()));
    await org().provider.revoke(refreshToken ?? '', 'refresh_token', context());
    const refresh = org().provider.refresh(refreshToken ?? '', context());
    await expect(refresh).rejects.toBeInstanceOf(RefreshTokenRejected);
    expect(await org().provider.introspect(accessToken, context())).toEqual({ active: false });
  });

  it('revokes unknown tokens without complaint', async () => {
    await org().provider.revoke('unknown', 'access_token', context());
    await org().provider.revoke('unknown', 'refresh_token', context());
  });
}

function describeRecovery(org: () => ContractOrg): void {
  const reset = (token: string, password: string) =>
    org().provider.resetPassword({ token }, password, context());

  it('resets a password by mail and ends every session', async () => {
    const account = await makeAccount(org());
    const { refreshToken } = await logIn(org(), account);
    await mailed(org().provider.passwordResetMail(account.email, context()));
    const password = newPassword();
    await reset(await org().resetToken(account.email), password);
    await logIn(org(), { email: account.email, password });
    await expect(logIn(org(), account)).rejects.toBeInstanceOf(InvalidCredentials);
    const refresh = org().provider.refresh(refreshToken ?? '', context());
    await expect(refresh).rejects.toBeInstanceOf(RefreshTokenRejected);
  });

  it('takes a reset token once', async () => {
    const { email } = await makeAccount(org());
    await mailed(org().provider.passwordResetMail(email, context()));
    const token = await org().resetToken(email);
    await reset(token, newPassword());
    await expect(reset(token, newPassword())).rejects.toBeInstanceOf(ResetTokenInvalid);
  });

  it('rejects strange reset tokens', async () => {
    for (const token of ['x', 'aaaaaaaaaaaaaaaaaaaa', '../../users', '"', 'ü'.repeat(300)]) {
      await expect(reset(token, newPassword())).rejects.toBeInstanceOf(ResetTokenInvalid);
    }
  });

  it('holds a password after a reset against the policy, and takes another by the continuation', async () => {
    const { email } = await makeAccount(org());
    await mailed(org().provider.passwordResetMail(email, context()));
    const token = await org().resetToken(email);
    const continuation = await continuationOf(reset(token, 'short'));
    await expect(reset(token, newPassword())).rejects.toBeInstanceOf(ResetTokenInvalid);
    const { provider } = org();
    const weak = provider.resetPassword({ continuation }, 'weak', context());
    expect(await continuationOf(weak)).toBe(continuation);
    const password = newPassword();
    await provider.resetPassword({ continuation }, password, context());
    await logIn(org(), { email, password });
    const again = provider.resetPassword({ continuation }, newPassword(), context());
    await expect(again).rejects.toBeInstanceOf(ResetTokenInvalid);
  });

  it('takes a request for an unknown address as it takes any other', async () => {
    await mailed(org().provider.passwordResetMail(org().newEmail(), context()));
  });
}
