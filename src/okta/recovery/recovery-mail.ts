import type { CallContext } from '../../identity/model.ts';
import type { SendMail } from '../../identity/port.ts';
import type { Authn } from '../authn/client.ts';
import { RecoveryRefused } from '../errors/error-table.ts';
import type { Account, Lifecycle } from '../management/lifecycle.ts';

/** A mail that Okta was asked to send, and the outcome. */
export interface OwnerMail {
  readonly mail: 'PASSWORD_RESET' | 'UNLOCK' | 'ACTIVATION';
  /** Okta's error code; null: it was accepted. */
  readonly refusal: string | null;
  /** The refusal can happen to any account, and shows nothing about the password policy. */
  readonly isOrdinary: boolean;
}

/** Called for each mail to an account; not for addresses without one. */
export type OnOwnerMail = (mail: OwnerMail) => void;

export interface MailParts {
  readonly authn: Authn;
  readonly lifecycle: Lifecycle;
  readonly onOwnerMail: OnOwnerMail;
}

/**
 * The mail that an account needs before a reset of its password could help it; null for every other.
 * SUSPENDED and DEPROVISIONED get none: no public field may reactivate what an administrator has
 * disabled.
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
 * The mail that leads to a first password; null for an account that does not need one. A STAGED
 * account with a password stays as it is: it is not proven that its address belongs to the person who
 * chose the password, and activation would let that person log in.
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
 * The answer to the caller must not depend on what Okta does, so a refusal is not thrown but reported
 * to `onOwnerMail`.
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
