import { expect, it, type TestContext } from 'vitest';
import { InvalidCredentials, TransactionInvalid } from '../../src/identity/errors.ts';
import { EmailCodeInvalid } from '../../src/identity/own-account-errors.ts';
import { type Account, type ContractOrg, context, makeAccount, newPassword } from './org.ts';

/** The part of the contract about a new address for an account. */
export function describeEmailChange(org: () => ContractOrg): void {
  const request = ({ user, password }: Account, newEmail: string) =>
    org().provider.requestEmailChange(user, { newEmail, password }, context());
  const confirm = (continuation: string, code: string) =>
    org().provider.confirmEmailChange({ continuation, code }, context());
  const codeOf = (skip: TestContext['skip']) =>
    org().emailChangeCode ?? skip('nobody can read the mails of this org');

  it('changes the address and the login by the code of the mail', async ({ skip }) => {
    const read = codeOf(skip);
    const account = await makeAccount(org());
    const email = org().newEmail();
    const { continuation, expiresAt, taken } = await request(account, email);
    expect(taken).toBe(false);
    expect(expiresAt.getTime()).toBeGreaterThan(Date.now());
    const code = read(email);
    const wrong = code === '000000' ? '000001' : '000000';
    await expect(confirm(continuation, wrong)).rejects.toBeInstanceOf(EmailCodeInvalid);
    expect(await confirm(continuation, code)).toMatchObject({
      id: account.user.id,
      email,
      login: email,
    });
    await org().provider.checkPassword({ email, password: account.password }, context());
  });

  it('sends no code to an address that another account has', async ({ skip }) => {
    const read = codeOf(skip);
    const [account, other] = [await makeAccount(org()), await makeAccount(org())];
    const { continuation, taken } = await request(account, other.email);
    expect(taken).toBe(true);
    expect(read(other.email)).toBe('');
    await expect(confirm(continuation, '123456')).rejects.toBeInstanceOf(EmailCodeInvalid);
  });

  it('wants the password before it sends a code', async ({ skip }) => {
    const read = codeOf(skip);
    const account = await makeAccount(org());
    const email = org().newEmail();
    const asked = request({ ...account, password: newPassword() }, email);
    await expect(asked).rejects.toBeInstanceOf(InvalidCredentials);
    expect(read(email)).toBe('');
  });

  it('takes back no code of an earlier request', async ({ skip }) => {
    const read = codeOf(skip);
    const account = await makeAccount(org());
    const email = org().newEmail();
    const first = await request(account, email);
    const second = await request(account, email);
    const code = read(email);
    await expect(confirm(first.continuation, code)).rejects.toBeInstanceOf(TransactionInvalid);
    await confirm(second.continuation, code);
  });
}
