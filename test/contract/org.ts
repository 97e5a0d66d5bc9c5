import { randomBytes } from 'node:crypto';
import { PasswordRejected } from '../../src/identity/errors.ts';
import type { CallContext, NewUser, User } from '../../src/identity/model.ts';
import type { IdentityProvider } from '../../src/identity/port.ts';

/** One provider, and what a test has to do to its org from behind. */
export interface ContractOrg {
  readonly provider: IdentityProvider;
  readonly clientId: string;
  /** An address without an account. */
  newEmail(): string;
  expirePassword(user: User): Promise<void>;
  /** Null where the test cannot lock an account. */
  readonly lock: ((user: User) => Promise<void>) | null;
  /** What the mail that `requestPasswordReset` sent holds. */
  resetToken(email: string): Promise<string>;
  /** What the mail that `createUnverifiedUser` sent holds. */
  verificationToken(email: string): Promise<string>;
  /** What the mail that `requestUnlock` sent holds; only asked for where `lock` is there. */
  unlockToken(email: string): Promise<string>;
  /**
   * The code of an authenticator app, now or some half minutes ahead; null where the org does not
   * ask customers for the factors that they have.
   */
  readonly totp: ((secret: string, stepsAhead: number) => string) | null;
  /** The code of the mail that `requestEmailChange` sent; null where no test can read it. */
  readonly emailChangeCode: ((email: string) => string) | null;
  /** An account that the app is not assigned to; null where the org has none. */
  readonly unassigned: { readonly email: string; readonly password: string } | null;
  close(): Promise<void>;
}

export interface Account {
  readonly user: User;
  readonly email: string;
  readonly password: string;
}

export const context = (signal = new AbortController().signal): CallContext => ({
  requestId: 'contract',
  signal,
  shopper: null,
});

export const newPassword = () => `Horse-${randomBytes(6).toString('base64url')}-7a`;

/** What a rejected password leaves in place of the mailed token. */
export async function continuationOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  if (!(error instanceof PasswordRejected)) throw new Error('The password was not rejected.');
  if (error.retry === null) throw new Error('The rejection has no continuation.');
  return error.retry.continuation;
}

export async function makeAccount(
  { provider, newEmail }: ContractOrg,
  given: Partial<NewUser> = {},
): Promise<Account> {
  const newUser = {
    email: newEmail(),
    password: newPassword(),
    firstName: 'Ada',
    lastName: 'Lovelace',
    mobilePhone: null,
    locale: null,
    ...given,
  };
  const user = await provider.createUser(newUser, context());
  return { user, email: newUser.email, password: newUser.password };
}
