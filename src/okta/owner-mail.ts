import type { CallContext } from '../identity/model.ts';
import type { SendMail } from '../identity/port.ts';
import type { Authn } from './authn.ts';
import { RecoveryRefused } from './errors.ts';
import type { Account, Lifecycle } from './lifecycle.ts';

/**
 * The mail that an account needs before a reset of its password could help it; null for every other.
 * SUSPENDED and DEPROVISIONED get none: what an administrator has shut, no public field may open.
 */
export function repairMail(
  email: string,
  account: Account | null,
  { authn, lifecycle }: { readonly authn: Authn; readonly lifecycle: Lifecycle },
): SendMail | null {
  switch (account?.status) {
    case 'LOCKED_OUT':
      return unlessRefused((context) => authn.sendUnlockMail(email, context));
    case 'RECOVERY':
      return unlessRefused((context) => lifecycle.resetPassword(account.id, context));
    default:
      return activationMail(account, lifecycle);
  }
}

/**
 * The mail that leads to a first password; null for an account that does not wait for one. A STAGED
 * account with a password stays as it is: nobody has shown that the address belongs to whoever chose
 * that password, and activation would let them in.
 */
export function activationMail(account: Account | null, lifecycle: Lifecycle): SendMail | null {
  if (account?.status === 'PROVISIONED') {
    return unlessRefused((context) => lifecycle.reactivate(account.id, context));
  }
  if (account?.status === 'STAGED' && !account.hasPassword) {
    return unlessRefused((context) => lifecycle.activate(account.id, context));
  }
  return null;
}

/** Okta may refuse, such as an account that has moved on since we looked: that is no failure. */
export function unlessRefused(send: (context: CallContext) => Promise<unknown>): SendMail {
  return async (context) => {
    try {
      await send(context);
    } catch (error) {
      if (!(error instanceof RecoveryRefused)) throw error;
    }
  };
}
