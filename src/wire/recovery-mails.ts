import type { OktaSettings } from '../config.ts';
import type { Finding } from '../config-checks/finding.ts';
import type { Findings } from '../config-checks/findings.ts';
import type { Log } from '../logging/log.ts';
import type { OnRecoveryPolicy } from '../okta/management/policies.ts';
import type { OnRecoveryMail, RecoveryMail } from '../okta/recovery/recovery-mail.ts';

/** More than one, since a refusal may concern a single account. */
const alarmingRefusals = 3;

/**
 * Warns once when Okta refuses several mails in a row. Callers get the same answer either way, so it
 * would go unnoticed otherwise.
 */
export function logRefusedMails(log: Log, count: OnRecoveryMail | null): OnRecoveryMail {
  const inARow = new Map<RecoveryMail['mail'], number>();
  return (outcome) => {
    count?.(outcome);
    const { mail, refusal, isOrdinary } = outcome;
    const before = inARow.get(mail) ?? 0;
    if (refusal === null) {
      inARow.set(mail, 0);
      if (before >= alarmingRefusals) {
        log.info({ event: 'mails_accepted', mail }, 'Okta accepts mails to customers again.');
      }
      return;
    }
    if (isOrdinary) return;
    inARow.set(mail, before + 1);
    if (before + 1 === alarmingRefusals) {
      log.warn(
        { event: 'mails_refused', mail, refusal, refusals: alarmingRefusals },
        'Okta has refused the last mails to customers. Check that the password policy allows recovery by e-mail.',
      );
    }
  };
}

/** Reports a password policy that does not allow recovery by e-mail as a finding. */
export function reportRecoveryPolicy(
  findings: Findings,
  { logInFlow }: OktaSettings,
): OnRecoveryPolicy {
  const finding: Finding = {
    code: 'PASSWORD_POLICY',
    // The authn flow is for Classic Engine, where this setting decides.
    severity: logInFlow === 'authn' ? 'DOUBTFUL' : 'NOTE',
    message:
      'The password policy has recovery by e-mail turned off: on Classic Engine customers get no mails to reset or unlock',
    fix: 'Allow self-service recovery by e-mail in the password policy; on Identity Engine the rule of the policy decides instead.',
    details: { setting: 'settings.recovery.factors.okta_email' },
  };
  return (allowsMail) => {
    void findings.put('RECOVERY', allowsMail ? [] : [finding]);
  };
}
