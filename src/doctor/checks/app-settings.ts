import { logInGrant } from '../../org/description.ts';
import { at, numberAt, textAt, textsAt } from '../../org/json.ts';
import { type Check, defineCheck, type Patient, type Problem } from '../check.ts';
import { customerGroups, readApp, serverPath } from '../org-objects.ts';

const area = 'app of the customers';
const inApp = 'Applications > the app > General';
const needs = ['okta.apps.read'];
const explainedBy = ['D08'] as const;

/** How the app of the customers is configured. */
export const appSettingChecks: readonly Check[] = [
  defineCheck(
    { code: 'D09', area, title: 'The app has the grant of the log-in flow', needs, explainedBy },
    async ({ okta, admin }) => {
      const app = admin === null ? null : await readApp(admin, okta.clientId);
      const grants = textsAt(app, 'settings', 'oauthClient', 'grant_types');
      const needed = logInGrant(okta);
      if (app === null || grants.includes(needed)) return [];
      return [
        {
          severity: 'error',
          message: `The app ${okta.clientId} does not have the grant ${needed}, which OKTA_LOG_IN_FLOW=${okta.logInFlow} needs.`,
          seen: 'Every log-in answers INTERNAL.',
          oktaSays: `The client is not authorized to use the provided grant type. Configured grant types: [${grants.join(', ')}].`,
          fix: `Tick ${needed === 'password' ? 'Resource Owner Password, below Advanced,' : 'Authorization Code'} (${inApp} > Grant type), or change OKTA_LOG_IN_FLOW.`,
          call: `PUT /api/v1/apps/${okta.clientId} with settings.oauthClient.grant_types`,
        },
      ];
    },
  ),
  defineCheck(
    {
      code: 'D13',
      area,
      title: 'No scope asks customers for consent',
      needs: [...needs, 'okta.authorizationServers.read'],
      explainedBy: ['D01', 'D03', 'D08'],
    },
    consentAsked,
  ),
  defineCheck(
    {
      code: 'D16',
      area,
      title: 'New customers are assigned to the app',
      needs: [...needs, 'okta.groups.read'],
      explainedBy,
    },
    notAssigned,
  ),
  defineCheck(
    { code: 'D18', area, title: 'Refresh tokens rotate, with a grace period', needs },
    async ({ okta, admin, config }) => {
      const app = admin === null ? null : await readApp(admin, okta.clientId);
      const rotation = at(app, 'settings', 'oauthClient', 'refresh_token');
      // D17 reports an app without refresh tokens.
      if (rotation === undefined) return [];
      const isStatic = textAt(rotation, 'rotation_type') !== 'ROTATE';
      const leeway = numberAt(rotation, 'leeway') ?? 0;
      if (!isStatic && leeway > 0) return [];
      return [
        {
          severity: 'warning',
          message: isStatic
            ? `Refresh tokens of the app ${okta.clientId} do not rotate.`
            : `Refresh tokens of the app ${okta.clientId} rotate without a grace period.`,
          seen: isStatic
            ? 'A stolen refresh token works until the session ends, and its use is not detected.'
            : 'If the answer to a refresh is lost, the customer is logged out: RefreshTokenRejected.',
          oktaSays: null,
          fix: `Choose "Rotate token after every use" with a grace period of ${config.refresh.graceSeconds} seconds (${inApp} > Refresh token behavior).`,
          call: `PUT /api/v1/apps/${okta.clientId} with settings.oauthClient.refresh_token {"rotation_type":"ROTATE","leeway":${config.refresh.graceSeconds}}`,
        },
      ];
    },
  ),
];

/** Okta skips the consent of a trusted app, whatever the scope says. */
async function consentAsked({ okta, admin }: Patient): Promise<readonly Problem[]> {
  const path = serverPath(okta);
  if (admin === null || path === null) return [];
  const app = await readApp(admin, okta.clientId);
  if (textAt(app, 'settings', 'oauthClient', 'consent_method') !== 'REQUIRED') return [];
  const asking = (await admin.list(`${path}/scopes?limit=200`))
    .filter((scope) => textAt(scope, 'consent') !== 'IMPLICIT')
    .map((scope) => String(scope['name']))
    .filter((name) => okta.scopes.includes(name));
  if (asking.length === 0) return [];
  return [
    {
      severity: 'error',
      message: `The app ${okta.clientId} requires consent, and so ${asking.length === 1 ? 'does the scope' : 'do the scopes'} ${asking.join(', ')}. This API shows customers no consent page.`,
      seen: 'Every log-in answers INTERNAL.',
      oktaSays: 'consent_required',
      fix: `Untick Require consent (${inApp} > User consent), or set the scope to Implicit (Security > API > Authorization Servers > the server > Scopes).`,
      call: `PUT /api/v1/apps/${okta.clientId} with settings.oauthClient.consent_method TRUSTED`,
    },
  ];
}

async function notAssigned({ okta, admin }: Patient): Promise<readonly Problem[]> {
  if (admin === null || (await readApp(admin, okta.clientId)) === null) return [];
  const { clientId, signUpGroupIds } = okta;
  const assigned = (await admin.list(`/api/v1/apps/${clientId}/groups?limit=200`)).map(({ id }) =>
    String(id),
  );
  const groups = await customerGroups(admin, okta);
  const unknown: string[] = [];
  for (const id of signUpGroupIds) {
    if ((await admin.get(`/api/v1/groups/${id}`)) === null) unknown.push(id);
  }
  const isAssigned = groups.some((id) => assigned.includes(id));
  if (isAssigned && unknown.length === 0) return [];
  const joins =
    signUpGroupIds.length === 0
      ? 'OKTA_SIGN_UP_GROUP_IDS is empty'
      : `new accounts join ${signUpGroupIds.join(', ')}`;
  return [
    {
      severity: 'error',
      message:
        unknown.length > 0
          ? `OKTA_SIGN_UP_GROUP_IDS names ${unknown.join(', ')}, which is not a group of the org.`
          : `The app ${clientId} is not assigned to Everyone, and ${joins}.`,
      seen: unknown.length > 0 ? 'signUp answers INTERNAL.' : 'Every log-in answers LogInDenied.',
      oktaSays: unknown.length > 0 ? null : 'User is not assigned to the client application.',
      fix: 'Assign the app to the group of the customers (Applications > the app > Assignments), and put the id of this group into OKTA_SIGN_UP_GROUP_IDS.',
      call: `PUT /api/v1/apps/${clientId}/groups/{group}`,
    },
  ];
}
