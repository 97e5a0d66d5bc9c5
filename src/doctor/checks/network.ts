import { textAt } from '../../org/json.ts';
import { type Check, defineCheck } from '../check.ts';
import { credentialOutOfProportion } from './management-credential.ts';
import { shoppersHidden } from './shopper-address.ts';

const area = 'network and rate limits';

/** The address that Okta sees, and the number of calls that it accepts. */
export const networkChecks: readonly Check[] = [
  defineCheck(
    {
      code: 'D30',
      area,
      title: 'The management credential has the rights and the rate limit share that it needs',
      needs: [],
    },
    credentialOutOfProportion,
  ),
  defineCheck(
    {
      code: 'D31',
      area,
      title: 'Log-ins of the flow authn fit the limit of /authorize',
      needs: ['okta.rateLimits.read'],
    },
    async ({ okta, admin }) => {
      if (admin === null || okta.logInFlow !== 'authn') return [];
      const path = '/api/v1/rate-limit-settings/per-client';
      const settings = await admin.get(path);
      const mode =
        textAt(settings, 'useCaseModeOverrides', 'OAUTH2_AUTHORIZE') ??
        textAt(settings, 'defaultMode');
      if (mode !== 'ENFORCE') return [];
      return [
        {
          severity: 'warning',
          message: 'Okta enforces 60 requests a minute for each client and address at /authorize.',
          seen: 'From the 61st log-in of a minute on, logIn answers RateLimited.',
          oktaSays: 'Too many requests (429)',
          fix: 'Make the addresses of this API a trusted proxy (D32), or set the limit per client to "Log per client" (Reports > Rate Limits).',
          call: `PUT ${path} with {"defaultMode":"PREVIEW"}`,
        },
      ];
    },
  ),
  defineCheck(
    {
      code: 'D32',
      area,
      title: 'Okta sees the address of each shopper',
      needs: ['okta.networkZones.read', 'okta.logs.read'],
    },
    shoppersHidden,
  ),
];
