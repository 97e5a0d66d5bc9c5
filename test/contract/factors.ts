import { describe, expect, it, type TestContext } from 'vitest';
import { InvalidCredentials, TransactionInvalid } from '../../src/identity/errors.ts';
import { FactorNotFound, MfaCodeInvalid } from '../../src/identity/mfa-errors.ts';
import { type Account, type ContractOrg, context, makeAccount, newPassword } from './org.ts';

interface Enrolled extends Account {
  readonly factorId: string;
  readonly secret: string;
}

const totpFactor = { type: 'TOTP', phoneNumber: null } as const;

/** Second factors by TOTP, the one kind whose codes a test can make for any org. */
export function describeFactors(org: () => ContractOrg): void {
  const enroll = async (): Promise<Enrolled> => {
    const account = await makeAccount(org());
    const { user } = account;
    const enrollment = { user, factor: totpFactor };
    const { factor, totp } = await org().provider.enrollFactor(enrollment, context());
    return { ...account, factorId: factor.id, secret: totp?.secret ?? '' };
  };
  /** A code counts once, so the log-in after it needs that of the next half minute. */
  const activated = async (code: (secret: string, stepsAhead: number) => string) => {
    const enrolled = await enroll();
    const { factorId, user, secret } = enrolled;
    const activation = { userId: user.id, factorId, code: code(secret, 0) };
    const factor = await org().provider.activateFactor(activation, context());
    expect(factor).toMatchObject({ id: factorId, type: 'TOTP', status: 'ACTIVE' });
    return enrolled;
  };
  const mfaStep = async (account: Account) => {
    const outcome = await org().provider.logIn(account, context());
    if (outcome.kind !== 'mfaRequired') throw new Error(`logged in to ${outcome.kind}`);
    return outcome;
  };
  const codes = (skip: TestContext['skip']) =>
    org().totp ?? skip('this org asks for no second factor');

  describe('a factor', () => {
    it('is listed from its enrollment on, and proves nothing before its first code', async ({
      skip,
    }) => {
      codes(skip);
      const account = await enroll();
      const { provider } = org();
      expect(await provider.listFactors(account.user.id, context())).toMatchObject([
        { id: account.factorId, type: 'TOTP', hint: null, status: 'PENDING_ACTIVATION' },
      ]);
      const activation = { userId: account.user.id, factorId: account.factorId, code: '000000' };
      await expect(provider.activateFactor(activation, context())).rejects.toBeInstanceOf(
        MfaCodeInvalid,
      );
      expect((await provider.logIn(account, context())).kind).toBe('tokens');
    });

    it('is asked for after the password, and only after it', async ({ skip }) => {
      const code = codes(skip);
      const account = await activated(code);
      const { continuation, factors, expiresAt } = await mfaStep(account);
      expect(expiresAt.getTime()).toBeGreaterThan(Date.now());
      expect(factors).toEqual([{ id: account.factorId, type: 'TOTP', hint: null }]);
      const { provider } = org();
      const wrong = { ...account, password: newPassword() };
      await expect(provider.logIn(wrong, context())).rejects.toBeInstanceOf(InvalidCredentials);
      const proof = { continuation, factorId: account.factorId };
      const guess = provider.verifyMfa({ ...proof, code: '000000' }, context());
      await expect(guess).rejects.toBeInstanceOf(MfaCodeInvalid);
      const right = { ...proof, code: code(account.secret, 1) };
      expect((await provider.verifyMfa(right, context())).kind).toBe('tokens');
      const replay = provider.verifyMfa(right, context());
      await expect(replay).rejects.toBeInstanceOf(TransactionInvalid);
    });

    it('of another account is not there', async ({ skip }) => {
      codes(skip);
      const [one, other] = [await enroll(), await makeAccount(org())];
      const { factorId } = one;
      const foreign = { userId: other.user.id, factorId };
      const { provider } = org();
      await expect(provider.removeFactor(foreign, context())).rejects.toBeInstanceOf(
        FactorNotFound,
      );
      const activation = { ...foreign, code: '123456' };
      await expect(provider.activateFactor(activation, context())).rejects.toBeInstanceOf(
        FactorNotFound,
      );
      expect(await provider.listFactors(one.user.id, context())).toHaveLength(1);
    });

    it('is not asked for once it is removed', async ({ skip }) => {
      const account = await activated(codes(skip));
      const { provider } = org();
      const factor = { userId: account.user.id, factorId: account.factorId };
      await provider.removeFactor(factor, context());
      expect(await provider.listFactors(account.user.id, context())).toEqual([]);
      expect((await provider.logIn(account, context())).kind).toBe('tokens');
    });
  });
}
