import { createAdminApi } from '../../org/admin-api.ts';
import { rolesOfOwner } from '../../org/token-owner.ts';
import { type Check, defineCheck } from '../check.ts';
import { at, textAt } from '../json.ts';

const area = 'network and rate limits';

/** Which address Okta sees, and how many calls it takes. */
export const networkChecks: readonly Check[] = [
  defineCheck(
    { code: 'D30', area, title: 'OKTA_API_TOKEN has no more rights than it needs', needs: [] },
    async ({ okta }) => {
      const management = okta.management();
      if (management.method !== 'ssws') return [];
      const { orgUrl, callTimeoutMs } = okta;
      const own = createAdminApi({ orgUrl, token: management.apiToken, timeoutMs: callTimeoutMs });
      if (!(await rolesOfOwner(own)).includes('SUPER_ADMIN')) return [];
      return [
        {
          severity: 'warning',
          message: 'OKTA_API_TOKEN is a token of a super administrator.',
          seen: 'Nothing, until the token leaks: it may do everything in the org.',
          oktaSays: null,
          fix: 'Use a service app, as okta-account-api setup makes one, or the token of an administrator who manages users and reads policies.',
          call: null,
        },
      ];
    },
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
      needs: ['okta.networkZones.read'],
    },
    async ({ admin, config }) => {
      // A machine of a developer has no address of its own.
      if (admin === null || !config.production) return [];
      const zones = await admin.list('/api/v1/zones?limit=200');
      const trusts = zones.some((zone) => {
        const proxies = at(zone, 'proxies');
        const isActive = textAt(zone, 'status') === 'ACTIVE';
        return isActive && Array.isArray(proxies) && proxies.length > 0;
      });
      if (trusts) return [];
      return [
        {
          severity: 'warning',
          message: 'No network zone of the org has a trusted proxy.',
          seen: 'All customers share one address at Okta: one attack makes every log-in RateLimited, and reports show credential stuffing by this API.',
          oktaSays: null,
          fix: 'Run okta-account-api setup --egress with the addresses that this API calls Okta from, or add them as trusted proxy IPs of an IP zone (Security > Networks).',
          call: 'POST /api/v1/zones with {"type":"IP","usage":"POLICY","proxies":[{"type":"CIDR","value":"…"}]}',
        },
      ];
    },
  ),
];
