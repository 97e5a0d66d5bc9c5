import { PasswordRejected } from '../../identity/errors.ts';
import type { CallContext } from '../../identity/model.ts';
import {
  brokenRules,
  type PasswordCandidate,
  requirementsOf,
} from '../../identity/password-policy.ts';
import type { IdentityProvider } from '../../identity/port.ts';

/**
 * Runs a call that sets a password. If Okta rejects it without a reason, derives the reason from the
 * policy.
 */
export type ExplainRejection = <Answer>(
  candidate: PasswordCandidate,
  context: CallContext,
  work: () => Promise<Answer>,
) => Promise<Answer>;

export function createExplainRejection(
  readPolicy: IdentityProvider['passwordPolicy'],
): ExplainRejection {
  return async (candidate, context, work) => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof PasswordRejected)) throw error;
      if (!error.violations.includes('REQUIREMENTS_NOT_MET')) throw error;
      // Without the policy the error keeps Okta's text.
      const policy = await readPolicy(context).catch(() => null);
      const broken = policy === null ? [] : brokenRules(policy, candidate);
      if (policy === null || broken.length === 0) throw error;
      const others = error.violations.filter((violation) => violation !== 'REQUIREMENTS_NOT_MET');
      const words = error.requirements.length > 0 ? error.requirements : requirementsOf(policy);
      throw new PasswordRejected([...broken, ...others], words);
    }
  };
}

type Explained = Pick<IdentityProvider, 'createUser' | 'changeExpiredPassword' | 'changePassword'>;

/** For the methods that know the profile of the customer in advance. */
export function explainRejections(provider: Explained, explain: ExplainRejection): Explained {
  return {
    createUser(user, context) {
      const { password, email: login, firstName, lastName } = user;
      return explain({ password, login, firstName, lastName }, context, () =>
        provider.createUser(user, context),
      );
    },
    changeExpiredPassword: (change, context) =>
      explain({ password: change.newPassword }, context, () =>
        provider.changeExpiredPassword(change, context),
      ),
    changePassword(user, change, context) {
      const { login, firstName, lastName } = user;
      const candidate = { password: change.newPassword, login, firstName, lastName };
      return explain(candidate, context, () => provider.changePassword(user, change, context));
    },
  };
}
