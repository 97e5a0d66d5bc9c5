import { at, textAt, textsAt } from '../../org/json.ts';
import { type Check, defineCheck, type Patient, type Problem } from '../check.ts';
import { readEngine } from '../org-objects.ts';

const threats = '/api/v1/threats/configuration';
const authenticators = '/attack-protection/api/v1/authenticator-settings';

/** What Okta does against attacks, and may do to this API. */
export const protectionChecks: readonly Check[] = [
  defineCheck(
    {
      code: 'D33',
      area: 'network and rate limits',
      title: 'ThreatInsight does not block the addresses of the API',
      needs: ['okta.threatInsights.read'],
    },
    blockedByThreatInsight,
  ),
  defineCheck(
    {
      code: 'D46',
      area: 'sign-in policies',
      title: 'The password may come before the second factor',
      needs: ['okta.orgs.read'],
    },
    passwordSecond,
  ),
];

async function blockedByThreatInsight({ admin }: Patient): Promise<readonly Problem[]> {
  const settings = (await admin?.get(threats)) ?? null;
  if (textAt(settings, 'action') !== 'block') return [];
  if (textsAt(settings, 'excludeZones').length > 0) return [];
  return [
    {
      severity: 'warning',
      message: 'ThreatInsight blocks suspicious addresses, and exempts no network zone.',
      seen: 'Many failed log-ins of customers can make the addresses of the API look suspicious. Then all log-ins fail.',
      oktaSays: null,
      fix: 'Exempt the zone with the outgoing addresses of the API (Security > General > Okta ThreatInsight settings > Exempt zones).',
      call: `POST ${threats} with action block and the id of the zone in excludeZones`,
    },
  ];
}

async function passwordSecond({ admin, anonymous }: Patient): Promise<readonly Problem[]> {
  if (admin === null || (await readEngine(anonymous)) !== 'identity') return [];
  const settings = await admin.get(authenticators);
  if (at(settings, 'verifyKnowledgeSecondWhen2faRequired') !== true) return [];
  return [
    {
      severity: 'warning',
      message: 'The org demands a possession factor before the password.',
      seen: 'Log-ins that need a second factor may not finish: the API sends the password first.',
      oktaSays: null,
      fix: 'Turn "Require possession factor before password during MFA" off (Security > General > Organization security).',
      call: `PUT ${authenticators} with verifyKnowledgeSecondWhen2faRequired false`,
    },
  ];
}
