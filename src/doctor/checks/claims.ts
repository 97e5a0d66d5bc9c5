import type { Json } from '../../org/admin-api.ts';
import { textAt, textsAt } from '../../org/json.ts';
import { type Check, defineCheck, type Patient, type Problem } from '../check.ts';
import { serverPath } from '../org-objects.ts';

export const claimChecks: readonly Check[] = [
  defineCheck(
    {
      code: 'D45',
      area: 'authorization server',
      title: 'Access tokens contain the groups claim, if the server has one',
      needs: ['okta.authorizationServers.read'],
      explainedBy: ['D01', 'D03'],
    },
    groupsMissing,
  ),
];

const scope = 'groups';

/** A server without a groups claim is right if OKTA_SCOPES does not ask for groups. */
async function groupsMissing({ okta, admin }: Patient): Promise<readonly Problem[]> {
  const path = serverPath(okta);
  if (admin === null || path === null) return [];
  const claims = (await admin.list(`${path}/claims`)).filter(isOfGroups);
  if (claims.some((claim) => isInAccessTokens(claim, okta.scopes))) return [];
  const [claim] = claims;
  if (claim === undefined && !okta.scopes.includes(scope)) return [];
  return [
    {
      severity: 'warning',
      message: `Access tokens contain no groups claim: ${whyNot(claim)}.`,
      seen: 'The claims of validateToken contain no groups, so a backend that requires a group refuses every customer.',
      oktaSays: null,
      fix: 'Add a claim of the value type Groups that is included in the Access Token, for any scope or one of OKTA_SCOPES (Security > API > Authorization Servers > the server > Claims).',
      call: `POST ${path}/claims with claimType RESOURCE, valueType GROUPS and a group_filter_type`,
    },
  ];
}

function isOfGroups({ name, valueType }: Json): boolean {
  return valueType === 'GROUPS' || name === scope;
}

/** A claim may be bound to scopes, of which a log-in has to ask for one. */
function isInAccessTokens(claim: Json, asked: readonly string[]): boolean {
  if (claim['status'] !== 'ACTIVE' || claim['claimType'] !== 'RESOURCE') return false;
  const scopes = textsAt(claim, 'conditions', 'scopes');
  return scopes.length === 0 || scopes.some((one) => asked.includes(one));
}

function whyNot(claim: Json | undefined): string {
  if (claim === undefined)
    return `OKTA_SCOPES has the scope ${scope}, but the server has no such claim`;
  const name = `"${textAt(claim, 'name')}"`;
  if (claim['status'] !== 'ACTIVE') return `the claim ${name} is inactive`;
  if (claim['claimType'] !== 'RESOURCE') return `the claim ${name} is for ID tokens alone`;
  return `the claim ${name} needs ${textsAt(claim, 'conditions', 'scopes').join(' or ')}, which OKTA_SCOPES lacks`;
}
