import {
  AccountDisabled,
  AccountError,
  AccountLocked,
  EmailNotVerified,
  InvalidCredentials,
  ProviderMisconfigured,
} from '../identity/errors.ts';
import type { UserStatus } from '../identity/model.ts';
import type { Context } from './base/context.ts';

/**
 * Runs a log-in, and lets its refusal say as much as ENUMERATION allows. Under `strict` a locked
 * account is refused as a wrong password is, and nobody asks Okta why; under `open` the status of
 * the account stands in for the one answer that Okta gives to all of them.
 */
export async function sayingWhyNot<Outcome>(
  email: string,
  context: Context,
  logIn: () => Promise<Outcome>,
): Promise<Outcome> {
  try {
    return await logIn();
  } catch (error) {
    if (context.accounts.enumeration === 'strict') {
      throw error instanceof AccountLocked ? new InvalidCredentials() : error;
    }
    if (!(error instanceof InvalidCredentials)) throw error;
    throw (await stateRefusal(email, context)) ?? error;
  }
}

/** Null: it was the password, or there is no such account. */
async function stateRefusal(
  email: string,
  { identity, call }: Context,
): Promise<AccountError | null> {
  try {
    return refusals[(await identity.accountStatus(email, call)) ?? 'ACTIVE']?.() ?? null;
  } catch (error) {
    // The log-in has its answer already, and that one is final.
    if (error instanceof AccountError || error instanceof ProviderMisconfigured) return null;
    throw error;
  }
}

const refusals: Readonly<Partial<Record<UserStatus, () => AccountError>>> = {
  STAGED: () => new EmailNotVerified(),
  PROVISIONED: () => new EmailNotVerified(),
  LOCKED_OUT: () => new AccountLocked(),
  SUSPENDED: () => new AccountDisabled(),
  DEPROVISIONED: () => new AccountDisabled(),
};
