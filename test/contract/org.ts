import { randomBytes } from 'node:crypto';
import type { CallContext, NewUser, User } from '../../src/identity/model.ts';
import type { IdentityProvider } from '../../src/identity/port.ts';

/** One provider, and what a test has to do to its org from behind. */
export interface ContractOrg {
  readonly provider: IdentityProvider;
  readonly clientId: string;
  /** An address at which nobody has an account. */
  newEmail(): string;
  expirePassword(user: User): Promise<void>;
  /** Null where the test cannot lock an account. */
  readonly lock: ((user: User) => Promise<void>) | null;
  /** What the mail that `requestPasswordReset` sent holds. */
  resetToken(email: string): Promise<string>;
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
});

export const newPassword = () => `Horse-${randomBytes(6).toString('base64url')}-7a`;

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
