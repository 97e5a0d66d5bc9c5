import { textAt } from '../../org/json.ts';
import { type Check, defineCheck } from '../check.ts';

/** Settings of the whole org that this API depends on. */
export const featureChecks: readonly Check[] = [
  defineCheck(
    {
      code: 'D44',
      area: 'sign-in policies',
      title: 'The org has the features of the log-in flow',
      needs: ['okta.features.read'],
    },
    async ({ admin, okta }) => {
      if (admin === null || okta.logInFlow !== 'password') return [];
      const features = await admin.list('/api/v1/features');
      // An org that does not list it has it, or cannot have it: only a log-in shows which.
      const off = features.find(
        (feature) =>
          /direct auth/i.test(textAt(feature, 'name') ?? '') &&
          textAt(feature, 'status') === 'DISABLED',
      );
      if (off === undefined) return [];
      return [
        {
          severity: 'warning',
          message: `The feature "${textAt(off, 'name')}" of the org is off.`,
          seen: 'Customers with a second factor get LogInDenied.',
          oktaSays: 'You do not have permission to access the feature you are requesting.',
          fix: 'Turn the feature on (Settings > Features), or set OKTA_LOG_IN_FLOW=authn.',
          call: `POST /api/v1/features/${String(off['id'])}/enable`,
        },
      ];
    },
  ),
];
