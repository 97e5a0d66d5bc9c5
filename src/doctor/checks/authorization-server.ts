import { isOrgServer } from '../../config.ts';
import { AdminApiError } from '../../org/admin-api.ts';
import { textAt, textsAt } from '../../org/json.ts';
import { type Check, defineCheck, type Patient } from '../check.ts';
import { serverPath } from '../org-objects.ts';
import { wordsOf } from '../probes.ts';

const area = 'authorization server';
const servers = 'Security > API > Authorization Servers';
const needs = ['okta.authorizationServers.read'];
const refused = 'Every log-in, refresh and validation answers INTERNAL.';

export const authorizationServerChecks: readonly Check[] = [
  defineCheck(
    {
      code: 'D01',
      area,
      title: 'OKTA_ISSUER is an authorization server',
      needs: [],
      explainedBy: ['D03'],
    },
    async ({ okta, probes }) => {
      const found = await probes.issuer();
      if (found.refused === null) return [];
      return [
        {
          severity: 'error',
          message: `Okta has no active authorization server at OKTA_ISSUER, ${okta.issuer}.`,
          seen: refused,
          oktaSays: wordsOf(found.refused),
          fix: `Set OKTA_ISSUER to the Issuer URI that ${servers} shows, without -admin in the host and without a slash at the end. If the server is inactive, activate it.`,
          call: null,
        },
      ];
    },
  ),
  defineCheck(
    { code: 'D02', area, title: 'Access tokens can be verified without Okta', needs: [] },
    async ({ okta }) => {
      if (!isOrgServer(okta)) return [];
      return [
        {
          severity: 'warning',
          message: `OKTA_ISSUER is the org itself, ${okta.issuer}. Only Okta can read the access tokens of the org authorization server, so this API asks Okta about each token.`,
          seen: 'Each validateToken costs a call to Okta. Backends that verify tokens themselves refuse every token.',
          oktaSays: null,
          fix: `Set OKTA_ISSUER to a custom authorization server (${servers}) and remove OKTA_ALLOW_ORG_SERVER, if the org has API Access Management.`,
          call: null,
        },
      ];
    },
  ),
  defineCheck(
    { code: 'D03', area, title: 'The org has API Access Management', needs },
    async ({ okta, admin }) => {
      if (admin === null || isOrgServer(okta)) return [];
      try {
        await admin.list('/api/v1/authorizationServers?limit=200');
        return [];
      } catch (error) {
        if (!(error instanceof AdminApiError) || error.code !== 'E0000015') throw error;
        return [
          {
            severity: 'error',
            message:
              'The org has no API Access Management, which custom authorization servers need.',
            seen: refused,
            oktaSays: 'You do not have permission to access the feature you are requesting.',
            fix: 'Ask Okta for the licence, or use the org authorization server: OKTA_ISSUER without /oauth2/…, and OKTA_ALLOW_ORG_SERVER=true.',
            call: null,
          },
        ];
      }
    },
  ),
  defineCheck(
    {
      code: 'D04',
      area,
      title: 'OKTA_ISSUER is the issuer that the authorization server reports',
      needs: [],
      explainedBy: ['D01'],
    },
    async ({ okta, probes }) => {
      const found = await probes.issuer();
      if (found.refused !== null || found.answer === okta.issuer) return [];
      return [
        {
          severity: 'error',
          message: `OKTA_ISSUER is ${okta.issuer}, but the authorization server reports the issuer ${found.answer}.`,
          seen: 'Log-ins work, and then every access token is refused with TOKEN_INVALID.',
          oktaSays: null,
          fix: `Set OKTA_ISSUER to ${found.answer}. Or, with a custom domain, set the Issuer of the server to Dynamic or Custom URL (${servers} > the server > Settings).`,
          call: `PUT ${serverPath(okta)} with issuerMode DYNAMIC`,
        },
      ];
    },
  ),
  defineCheck(
    { code: 'D05', area, title: 'OKTA_AUDIENCE is the audience of the server', needs },
    audience,
  ),
];

async function audience({ okta, admin }: Patient) {
  const path = serverPath(okta);
  const server = path === null ? null : await admin?.get(path);
  if (server === null || server === undefined) return [];
  const audiences = textsAt(server, 'audiences');
  if (audiences.includes(okta.audience)) return [];
  return [
    {
      severity: 'error' as const,
      message: `OKTA_AUDIENCE is ${okta.audience}, but the authorization server "${textAt(server, 'name')}" issues tokens for ${audiences.join(', ')}.`,
      seen: 'Log-ins work, and then every access token is refused with TOKEN_INVALID.',
      oktaSays: null,
      fix: `Set OKTA_AUDIENCE to ${audiences.join(', ')}, or change the Audience of the server (${servers} > the server > Settings).`,
      call: `PUT ${path} with audiences ["${okta.audience}"]`,
    },
  ];
}
