import { at, textAt, textsAt } from '../../org/json.ts';
import { type Check, defineCheck, type Patient, type Problem } from '../check.ts';
import { readApp } from '../org-objects.ts';
import { wordsOf } from '../probes.ts';

const area = 'app of the customers';
const needs = ['okta.apps.read'];
const inApp = 'Applications > the app > General';
const refusesAll = 'Every log-in, refresh and log-out answers INTERNAL.';
const isAboutDpop = /dpop/i;

/** The credentials of this API at Okta: ids, secrets and keys of the customers' app. */
export const credentialChecks: readonly Check[] = [
  defineCheck(
    {
      code: 'D07',
      area,
      title: 'Okta accepts the credentials of the app',
      needs: [],
      explainedBy: ['D01', 'D03', 'D08', 'D27', 'D28'],
    },
    clientRefused,
  ),
  defineCheck({ code: 'D08', area, title: 'The apps exist and are active', needs }, inactiveApps),
  defineCheck(
    {
      code: 'D21',
      area,
      title: 'OKTA_REDIRECT_URI is registered',
      needs: [],
      explainedBy: ['D01', 'D03', 'D07', 'D08', 'D09', 'D12'],
    },
    redirectRefused,
  ),
  defineCheck(
    { code: 'D22', area, title: "Customers' tokens are not bound by DPoP", needs: [] },
    dpopOfCustomers,
  ),
];

async function clientRefused({ okta, probes }: Patient): Promise<readonly Problem[]> {
  const { refused } = await probes.client();
  if (refused === null || isAboutDpop.test(refused)) return [];
  const { method } = okta.clientAuthentication();
  const proof =
    method === 'private_key_jwt'
      ? 'OKTA_CLIENT_PRIVATE_KEY and OKTA_CLIENT_KEY_ID'
      : 'OKTA_CLIENT_SECRET and OKTA_CLIENT_AUTH_METHOD';
  return [
    {
      severity: 'error',
      message: `Okta refuses the client ${okta.clientId}, which authenticates by ${method}.`,
      seen: refusesAll,
      oktaSays: wordsOf(refused),
      fix: `Compare OKTA_CLIENT_ID, ${proof} with the app (${inApp} > Client Credentials), and check that the app is of the org of OKTA_ISSUER and active.`,
      call: null,
    },
  ];
}

async function inactiveApps({ okta, admin }: Patient): Promise<readonly Problem[]> {
  if (admin === null) return [];
  const management = okta.management();
  const apps = [
    { variable: 'OKTA_CLIENT_ID', id: okta.clientId, seen: refusesAll },
    ...(management.method === 'service_app'
      ? [
          {
            variable: 'OKTA_SERVICE_CLIENT_ID',
            id: management.clientId,
            seen: 'Sign-up, profiles and everything else about accounts answer INTERNAL.',
          },
        ]
      : []),
  ];
  const problems: Problem[] = [];
  for (const { variable, id, seen } of apps) {
    const app = await readApp(admin, id);
    if (app !== null && app['status'] === 'ACTIVE') continue;
    problems.push({
      severity: 'error',
      message:
        app === null
          ? `The org has no app with the id ${id} (${variable}).`
          : `The app "${textAt(app, 'label')}" (${variable} ${id}) is ${String(app['status'])}.`,
      seen,
      oktaSays: "Invalid value for 'client_id' parameter.",
      fix:
        app === null
          ? `Set ${variable} to the client id of an app of this org (Applications > the app > General).`
          : 'Activate the app (Applications > the app, the menu Active/Inactive).',
      call: app === null ? null : `POST /api/v1/apps/${id}/lifecycle/activate`,
    });
  }
  return problems;
}

async function redirectRefused({ okta, probes, admin }: Patient): Promise<readonly Problem[]> {
  if (okta.logInFlow !== 'authn') return [];
  const { refused } = await probes.authorize();
  if (refused === null) return [];
  const app = admin === null ? null : await readApp(admin, okta.clientId).catch(() => null);
  const registered = textsAt(app, 'settings', 'oauthClient', 'redirect_uris');
  const known = registered.length === 0 ? '' : ` The app has ${registered.join(', ')}.`;
  return [
    {
      severity: 'error',
      message: `Okta issues no code for OKTA_REDIRECT_URI, ${okta.redirectUri}.${known}`,
      seen: 'Every log-in answers INTERNAL.',
      oktaSays: wordsOf(refused),
      fix: `Add the address to the Sign-in redirect URIs of the app, letter by letter (${inApp} > Login).`,
      call: `PUT /api/v1/apps/${okta.clientId} with settings.oauthClient.redirect_uris`,
    },
  ];
}

async function dpopOfCustomers({ okta, probes, admin }: Patient): Promise<readonly Problem[]> {
  const { refused } = await probes.client();
  const isRefused = refused !== null && isAboutDpop.test(refused);
  const app = admin === null ? null : await readApp(admin, okta.clientId).catch(() => null);
  const isDemanded = at(app, 'settings', 'oauthClient', 'dpop_bound_access_tokens') === true;
  if (!isRefused && !isDemanded) return [];
  return [
    {
      severity: 'error',
      message: `The app ${okta.clientId} requires DPoP, but customers need Bearer tokens.`,
      seen: 'Every log-in and refresh answers INTERNAL.',
      oktaSays: isRefused ? wordsOf(refused) : 'The DPoP proof JWT header is missing.',
      fix: `Untick "Require Demonstrating Proof of Possession (DPoP) header in token requests" in the app (${inApp}).`,
      call: `PUT /api/v1/apps/${okta.clientId} with settings.oauthClient.dpop_bound_access_tokens false`,
    },
  ];
}
