import type { CallContext } from '../../identity/model.ts';
import type { SendMail } from '../../identity/port.ts';
import type { Authn } from '../authn/client.ts';
import { RecoveryRefused } from '../errors/error-table.ts';
import type { Account, Lifecycle } from '../management/lifecycle.ts';

/** A mail that Okta was asked to send, and the outcome. */
export interface RecoveryMail {
  readonly mail: 'PASSWORD_RESET' | 'UNLOCK' | 'ACTIVATION';
  /** Okta's error code; null if the mail was accepted. */
  readonly refusal: string | null;
  /** The refusal can happen to any account, and says nothing about the password policy. */
  readonly isOrdinary: boolean;
}

/** Called for each mail to an account; not for addresses without one. */
export type OnRecoveryMail = (mail: RecoveryMail) => void;

export interface MailDependencies {
  readonly authn: Authn;
  readonly lifecycle: Lifecycle;
  readonly onRecoveryMail: OnRecoveryMail;
}

/**
 * The mail that an account needs before a password reset can help; null for all others. SUSPENDED and
 * DEPROVISIONED get none: no public field may reactivate what an administrator has disabled.
 */
export function mailBeforeReset(
  email: string,
  account: Account | null,
  dependencies: MailDependencies,
): SendMail | null {
  const { authn, lifecycle, onRecoveryMail } = dependencies;
  switch (account?.status) {
    case 'LOCKED_OUT':
      return reportRefusal('UNLOCK', onRecoveryMail, (context) =>
        authn.sendUnlockMail(email, context),
      );
    case 'RECOVERY':
      return reportRefusal('PASSWORD_RESET', onRecoveryMail, (context) =>
        lifecycle.resetPassword(account.id, context),
      );
    default:
      return activationMail(account, dependencies);
  }
}

/**
 * The mail that leads to a first password; null for an account that has one. A STAGED account with a
 * password gets none: it is not proven that its address belongs to the person who chose the password,
 * whom activation would let in.
 */
export function activationMail(
  account: Account | null,
  { lifecycle, onRecoveryMail }: Pick<MailDependencies, 'lifecycle' | 'onRecoveryMail'>,
): SendMail | null {
  if (account?.status === 'PROVISIONED') {
    return reportRefusal('ACTIVATION', onRecoveryMail, (context) =>
      lifecycle.reactivate(account.id, context),
    );
  }
  if (account?.status === 'STAGED' && !account.hasPassword) {
    return reportRefusal('ACTIVATION', onRecoveryMail, (context) =>
      lifecycle.activate(account.id, context),
    );
  }
  return null;
}

/**
 * Reports a refusal to `onRecoveryMail` instead of throwing it, since the answer to the caller must not
 * depend on what Okta does.
 */
export function reportRefusal(
  mail: RecoveryMail['mail'],
  onRecoveryMail: OnRecoveryMail,
  send: (context: CallContext) => Promise<unknown>,
): SendMail {
  return async (context) => {
    try {
      await send(context);
      onRecoveryMail({ mail, refusal: null, isOrdinary: true });
    } catch (error) {
      if (!(error instanceof RecoveryRefused)) throw error;
      onRecoveryMail({ mail, refusal: error.code, isOrdinary: error.isOrdinary });
    }
  };
}
