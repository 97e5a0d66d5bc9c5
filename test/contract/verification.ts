import { expect, it } from 'vitest';
import {
  EmailTaken,
  UnlockTokenInvalid,
  ValidationFailed,
  VerificationTokenInvalid,
} from '../../src/identity/errors.ts';
import { mailed } from '../okta/start.ts';
import { type ContractOrg, context, continuationOf, makeAccount, newPassword } from './org.ts';

const strangeTokens = ['x', 'aaaaaaaaaaaaaaaaaaaa', '../../users', '"', 'ü'.repeat(300)];

/** The part of the contract about addresses that are not verified yet. */
export function describeVerification(org: () => ContractOrg): void {
  const profile = { firstName: 'Ada', lastName: 'Lovelace', mobilePhone: null, locale: null };

  async function signUp(): Promise<string> {
    const email = org().newEmail();
    await org().provider.createUnverifiedUser({ email, ...profile }, context());
    return email;
  }
  const verify = (token: string, password: string) =>
    org().provider.verifyEmail({ token }, password, context());

  it('makes an account that waits for its owner', async () => {
    const email = org().newEmail();
    const user = await org().provider.createUnverifiedUser({ email, ...profile }, context());
    expect(user).toMatchObject({ email, login: email, status: 'PROVISIONED', firstName: 'Ada' });
    expect(await org().provider.accountStatus(email, context())).toBe('PROVISIONED');
  });

  it('turns the token of the mail into a password and a session', async () => {
    const email = await signUp();
    const password = newPassword();
    const tokens = await verify(await org().verificationToken(email), password);
    expect(tokens?.refreshToken).toMatch(/./);
    const outcome = await org().provider.logIn({ email, password }, context());
    expect(outcome.kind).toBe('tokens');
    expect(await org().provider.accountStatus(email, context())).toBe('ACTIVE');
  });

  it('takes a verification token once', async () => {
    const email = await signUp();
    const token = await org().verificationToken(email);
    await verify(token, newPassword());
    await expect(verify(token, newPassword())).rejects.toBeInstanceOf(VerificationTokenInvalid);
  });

  it('rejects strange verification tokens', async () => {
    for (const token of strangeTokens) {
      await expect(verify(token, newPassword())).rejects.toBeInstanceOf(VerificationTokenInvalid);
    }
  });

  it('holds a first password against the policy, and takes another by the continuation', async () => {
    const email = await signUp();
    const token = await org().verificationToken(email);
    const continuation = await continuationOf(verify(token, 'short'));
    await expect(verify(token, newPassword())).rejects.toBeInstanceOf(VerificationTokenInvalid);
    const password = newPassword();
    const tokens = await org().provider.verifyEmail({ continuation }, password, context());
    expect(tokens?.refreshToken).toMatch(/./);
    const again = org().provider.verifyEmail({ continuation }, newPassword(), context());
    await expect(again).rejects.toBeInstanceOf(VerificationTokenInvalid);
  });

  it('makes no second account of an address that waits', async () => {
    const email = await signUp();
    const again = org().provider.createUnverifiedUser({ email, ...profile }, context());
    await expect(again).rejects.toBeInstanceOf(EmailTaken);
    await expect(makeAccount(org(), { email })).rejects.toBeInstanceOf(EmailTaken);
  });

  it('names the field that makes an unverified account impossible', async () => {
    const input = { email: 'not-an-address', ...profile };
    const made = org().provider.createUnverifiedUser(input, context());
    await expect(made).rejects.toBeInstanceOf(ValidationFailed);
  });

  it('sends the mail again to accounts that wait for it, and to no others', async () => {
    const resend = (email: string) => mailed(org().provider.verificationMail(email, context()));
    expect(await resend(await signUp())).toBe(true);
    expect(await resend((await makeAccount(org())).email)).toBe(false);
    expect(await resend(org().newEmail())).toBe(false);
  });

  it('takes a request for a reset from an account that waits', async () => {
    await mailed(org().provider.passwordResetMail(await signUp(), context()));
  });

  it('knows the status of no account where there is none', async () => {
    expect(await org().provider.accountStatus(org().newEmail(), context())).toBeNull();
  });

  it('finds the status whatever the case of the address is', async () => {
    const { email } = await makeAccount(org());
    const status = await org().provider.accountStatus(email.toUpperCase(), context());
    expect(status).toBe('ACTIVE');
  });
}

/** The part of the contract about accounts that are locked. */
export function describeUnlock(org: () => ContractOrg): void {
  const unlock = (token: string) => org().provider.unlockAccount(token, context());

  it('unlocks an account by mail, and keeps the password', async ({ skip }) => {
    const { lock, provider } = org();
    if (lock === null) return skip('this org locks nobody on demand');
    const account = await makeAccount(org());
    await lock(account.user);
    await mailed(provider.unlockMail(account.email, context()));
    const token = await org().unlockToken(account.email);
    await unlock(token);
    expect((await provider.logIn(account, context())).kind).toBe('tokens');
    await expect(unlock(token)).rejects.toBeInstanceOf(UnlockTokenInvalid);
  });

  it('rejects strange unlock tokens', async () => {
    for (const token of strangeTokens) {
      await expect(unlock(token)).rejects.toBeInstanceOf(UnlockTokenInvalid);
    }
  });

  it('takes a request to unlock as it takes any other, locked or not', async () => {
    await mailed(org().provider.unlockMail(org().newEmail(), context()));
    await mailed(org().provider.unlockMail((await makeAccount(org())).email, context()));
  });
}
