import { expect, it } from 'vitest';
import {
  AccountLocked,
  InvalidCredentials,
  PasswordRejected,
  RefreshTokenRejected,
  ValidationFailed,
} from '../../src/identity/errors.ts';
import { brokenRules } from '../../src/identity/password-policy.ts';
import { type Account, type ContractOrg, context, makeAccount, newPassword } from './org.ts';

/** The part of the contract about what customers do with their own accounts. */
export function describeOwnAccount(org: () => ContractOrg): void {
  describeProfile(org);
  describePasswordChange(org);
  describePasswordPolicy(org);
}

function describeProfile(org: () => ContractOrg): void {
  it('changes what is given of a profile, and clears what is null', async () => {
    const { user } = await makeAccount(org(), { mobilePhone: '+1 555 0100', locale: 'de_DE' });
    const changes = { firstName: 'Augusta', displayName: 'Countess', mobilePhone: null };
    const changed = await org().provider.updateUser(user.id, changes, context());
    expect(changed).toMatchObject({ ...changes, lastName: 'Lovelace', locale: 'de_DE' });
    const found = await org().provider.findUsers([user.id], context());
    expect(found.get(user.id)).toMatchObject({ ...changes, email: user.email });
  });

  it('keeps base attributes that have no field of their own', async () => {
    const { user } = await makeAccount(org(), { attributes: { city: 'London' } });
    expect(user.attributes).toMatchObject({ city: 'London' });
    const attributes = { city: null, zipCode: 'SW1A' };
    const changed = await org().provider.updateUser(user.id, { attributes }, context());
    expect(changed.attributes).toMatchObject({ zipCode: 'SW1A' });
    expect(changed.attributes).not.toHaveProperty('city');
  });

  it('names the field that makes a change impossible, and changes nothing', async () => {
    const { user } = await makeAccount(org());
    const changes = { lastName: 'Byron', firstName: 'x'.repeat(51) };
    const change = org().provider.updateUser(user.id, changes, context());
    const error = await change.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ValidationFailed);
    expect(error).toMatchObject({ fields: [{ field: 'firstName', problem: 'TOO_LONG' }] });
    const found = await org().provider.findUsers([user.id], context());
    expect(found.get(user.id)).toMatchObject({ lastName: 'Lovelace' });
  });
}

function describePasswordChange(org: () => ContractOrg): void {
  const change = (
    { user, password }: Account,
    step: { next: string; current?: string; endSessions?: boolean },
  ) =>
    org().provider.changePassword(
      user,
      {
        currentPassword: step.current ?? password,
        newPassword: step.next,
        endSessions: step.endSessions ?? true,
      },
      context(),
    );
  const logIn = async (account: Pick<Account, 'email' | 'password'>) => {
    const outcome = await org().provider.logIn(account, context());
    if (outcome.kind !== 'tokens') throw new Error(`logged in to ${outcome.kind}`);
    return outcome.tokens.refreshToken ?? '';
  };
  const refresh = (refreshToken: string) => org().provider.refresh(refreshToken, context());

  it('changes a password and ends every session', async () => {
    const account = await makeAccount(org());
    const refreshToken = await logIn(account);
    const next = newPassword();
    await change(account, { next });
    await expect(refresh(refreshToken)).rejects.toBeInstanceOf(RefreshTokenRejected);
    await expect(logIn(account)).rejects.toBeInstanceOf(InvalidCredentials);
    await logIn({ email: account.email, password: next });
  });

  it('changes a password and leaves the sessions', async () => {
    const account = await makeAccount(org());
    const refreshToken = await logIn(account);
    await change(account, { next: newPassword(), endSessions: false });
    await refresh(refreshToken);
  });

  it('wants the current password, and holds the new one against the policy', async () => {
    const account = await makeAccount(org());
    const wrong = change(account, { next: newPassword(), current: newPassword() });
    await expect(wrong).rejects.toBeInstanceOf(InvalidCredentials);
    const error = await change(account, { next: 'short' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PasswordRejected);
    expect(error).toMatchObject({ violations: expect.arrayContaining(['TOO_SHORT']) });
    const same = change(account, { next: account.password });
    await expect(same).rejects.toMatchObject({ violations: ['USED_RECENTLY'] });
    await logIn(account);
  });

  it('changes no password of a locked account', async ({ skip }) => {
    const { lock } = org();
    if (lock === null) return skip('this org locks nobody on demand');
    const account = await makeAccount(org());
    await lock(account.user);
    const error = await change(account, { next: newPassword() }).catch((thrown) => thrown);
    expect(error instanceof AccountLocked || error instanceof InvalidCredentials).toBe(true);
  });
}

function describePasswordPolicy(org: () => ContractOrg): void {
  it('returns the password policy of new accounts', async () => {
    const policy = await org().provider.passwordPolicy(context());
    expect(brokenRules(policy, { password: newPassword() })).toEqual([]);
    const email = org().newEmail();
    const short = 'x'.repeat(Math.max(1, policy.minLength - 1));
    const error = await makeAccount(org(), { email, password: short }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(PasswordRejected);
    expect(error.violations).toEqual(
      brokenRules(policy, {
        password: short,
        login: email,
        firstName: 'Ada',
        lastName: 'Lovelace',
      }),
    );
  });
}
