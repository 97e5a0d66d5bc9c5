import type { Logger } from 'pino';
import type { OnRecoveryPolicy } from '../okta/management/policies.ts';
import type { OnOwnerMail, OwnerMail } from '../okta/recovery/recovery-mail.ts';

/** More than one, since a single account may be set up differently. */
const alarmingRefusals = 3;

/**
 * Warns once when Okta refuses several mails in a row: callers get the same answer whatever happens
 * to a mail, so it would not be noticed otherwise.
 */
export function ownerMailsTo(log: Logger, count: OnOwnerMail | null): OnOwnerMail {
  const inARow = new Map<OwnerMail['mail'], number>();
  return (outcome) => {
    count?.(outcome);
    const { mail, refusal, isOrdinary } = outcome;
    const before = inARow.get(mail) ?? 0;
    if (refusal === null) {
      inARow.set(mail, 0);
      if (before >= alarmingRefusals) log.info({ mail }, 'Okta accepts mails to customers again');
      return;
    }
    if (isOrdinary) return;
    inARow.set(mail, before + 1);
    if (before + 1 === alarmingRefusals) {
      log.warn(
        { mail, refusal, refusals: alarmingRefusals },
        'Okta has refused the last mails to customers: does the password policy allow recovery by e-mail?',
      );
    }
  };
}

/** Warns once, until it changes, that the password policy does not allow recovery by e-mail. */
export function recoveryPolicyTo(log: Logger, logInFlow: string): OnRecoveryPolicy {
  let known = true;
  return (allowsMail) => {
    if (allowsMail === known) return;
    known = allowsMail;
    if (allowsMail) {
      log.info('the password policy allows recovery by e-mail again');
      return;
    }
    // Flow authn is for Classic Engine, where this setting decides.
    const level = logInFlow === 'authn' ? 'warn' : 'info';
    log[level](
      { setting: 'settings.recovery.factors.okta_email' },
      'the password policy has recovery by e-mail turned off: on Classic Engine customers get no mails to reset or unlock; on Identity Engine look at the rule of the policy',
    );
  };
}
