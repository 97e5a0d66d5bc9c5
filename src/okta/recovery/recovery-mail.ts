import type { CallContext } from '../../identity/model.ts';
import type { SendMail } from '../../identity/port.ts';
import type { Authn } from '../authn/client.ts';
import { RecoveryRefused } from '../errors/error-table.ts';
import type { Account, Lifecycle } from '../management/lifecycle.ts';

/** What Okta is asked to send, and what has become of it. */
export interface OwnerMail {
  readonly mail: 'PASSWORD_RESET' | 'UNLOCK' | 'ACTIVATION';
  /** Okta's error code; null: it was accepted. */
  readonly refusal: string | null;
  /** The refusal is what any account may meet, and tells nothing of the password policy. */
  readonly isOrdinary: boolean;
}

/** Called for each mail that an account is to get; not for addresses without an account. */
export type OnOwnerMail = (mail: OwnerMail) => void;

export interface MailParts {
  readonly authn: Authn;
  readonly lifecycle: Lifecycle;
  readonly onOwnerMail: OnOwnerMail;
}

/**
 * The mail that an account needs before a reset of its password could help it; null for every other.
 * SUSPENDED and DEPROVISIONED get none: what an administrator has shut, no public field may open.
 */
export function repairMail(
  email: string,
  account: Account | null,
  parts: MailParts,
): SendMail | null {
  const { authn, lifecycle, onOwnerMail } = parts;
  switch (account?.status) {
    case 'LOCKED_OUT':
      return unlessRefused('UNLOCK', onOwnerMail, (context) =>
        authn.sendUnlockMail(email, context),
      );
    case 'RECOVERY':
      return unlessRefused('PASSWORD_RESET', onOwnerMail, (context) =>
        lifecycle.resetPassword(account.id, context),
      );
    default:
      return activationMail(account, parts);
  }
}

/**
 * The mail that leads to a first password; null for an account that does not wait for one. A STAGED
 * account with a password stays as it is: nobody has shown that the address belongs to whoever chose
 * that password, and activation would let them in.
 */
export function activationMail(
  account: Account | null,
  { lifecycle, onOwnerMail }: Pick<MailParts, 'lifecycle' | 'onOwnerMail'>,
): SendMail | null {
  if (account?.status === 'PROVISIONED') {
    return unlessRefused('ACTIVATION', onOwnerMail, (context) =>
      lifecycle.reactivate(account.id, context),
    );
  }
  if (account?.status === 'STAGED' && !account.hasPassword) {
    return unlessRefused('ACTIVATION', onOwnerMail, (context) =>
      lifecycle.activate(account.id, context),
    );
  }
  return null;
}

/**
 * The answer to the caller must not depend on what Okta does, so a refusal is not thrown; the operator
 * hears of it by `onOwnerMail`.
 */
export function unlessRefused(
  mail: OwnerMail['mail'],
  onOwnerMail: OnOwnerMail,
  send: (context: CallContext) => Promise<unknown>,
): SendMail {
  return async (context) => {
    try {
      await send(context);
      onOwnerMail({ mail, refusal: null, isOrdinary: true });
    } catch (error) {
      if (!(error instanceof RecoveryRefused)) throw error;
      onOwnerMail({ mail, refusal: error.code, isOrdinary: error.isOrdinary });
    }
  };
}
