import { expect, it } from 'vitest';
import { EmailTaken, PasswordRejected, ValidationFailed } from '../../src/identity/errors.ts';
import { type ContractOrg, context, makeAccount } from './org.ts';

/** The part of the contract about accounts. */
export function describeUsers(org: () => ContractOrg): void {
  it('makes an account of what was given', async () => {
    const before = Date.now() - 3_600_000;
    const { user, email } = await makeAccount(org(), {
      mobilePhone: '+1 555 0100',
      locale: 'de_DE',
    });
    expect(user).toMatchObject({
      id: expect.stringMatching(/^00u\w{17}$/),
      status: 'ACTIVE',
      login: email,
      email,
      firstName: 'Ada',
      lastName: 'Lovelace',
      mobilePhone: '+1 555 0100',
      locale: 'de_DE',
    });
    expect(user.createdAt.getTime()).toBeGreaterThan(before);
  });

  it('makes no second account of one address', async () => {
    const { email } = await makeAccount(org());
    await expect(makeAccount(org(), { email })).rejects.toBeInstanceOf(EmailTaken);
    const shouted = makeAccount(org(), { email: email.toUpperCase() });
    await expect(shouted).rejects.toBeInstanceOf(EmailTaken);
  });

  it('holds the password of a new account against the policy and says what that is', async () => {
    const error = await makeAccount(org(), { password: 'short' }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(PasswordRejected);
    expect(error.violations).toEqual(['TOO_SHORT', 'NO_UPPER_CASE', 'NO_NUMBER']);
    expect(error.requirements).toContainEqual(expect.stringMatching(/at least \d+ characters/));
  });

  it('names the field that makes an account impossible', async () => {
    const error = await makeAccount(org(), { email: 'not-an-address' }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ValidationFailed);
    expect(error.fields).toContainEqual({ field: 'email', problem: 'MALFORMED' });
  });

  it('finds accounts by id, even those made a moment ago', async () => {
    const accounts = [await makeAccount(org()), await makeAccount(org())];
    const ids = accounts.map(({ user }) => user.id);
    const found = await org().provider.findUsers([...ids, ...ids], context());
    expect([...found.keys()].sort()).toEqual([...ids].sort());
    for (const { user } of accounts) {
      expect(found.get(user.id)).toMatchObject({ email: user.email, createdAt: user.createdAt });
    }
  });

  it('leaves unknown ids out', async () => {
    const { user } = await makeAccount(org());
    const ids = [
      '00uNobodyHasThisId00',
      'me',
      '',
      '..',
      user.email,
      '" or status eq "ACTIVE',
      user.id,
    ];
    const found = await org().provider.findUsers(ids, context());
    expect([...found.keys()]).toEqual([user.id]);
  });

  it('finds no user for no ids', async () => {
    expect((await org().provider.findUsers([], context())).size).toBe(0);
  });
}
