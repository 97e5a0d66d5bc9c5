import type { AdminApi, Json } from '../../org/admin-api.ts';
import { at, textAt } from '../../org/json.ts';
import { type Check, defineCheck, type Patient, type Problem } from '../check.ts';
import { wordsOf } from '../probes.ts';

const area = 'service app';
const accountsFail = 'Sign-up, profiles and everything else about accounts answer INTERNAL.';
const inApp = 'Applications > the service app';

/** The kinds of refusal at the Users API, by Okta's words. The first that fits counts. */
const kinds = [
  { code: 'D23', says: /dpop/i },
  { code: 'D29', says: /E0000011/ },
  { code: 'D24', says: /insufficient_scope|consent_required|invalid_scope/ },
  { code: 'D25', says: /E0000006|E0000005/ },
  // At the token endpoint nothing else is left to be wrong.
  { code: 'D27', says: /./ },
] as const;

type Kind = (typeof kinds)[number]['code'];

/** Okta's words where it refuses the management credential for this reason; null: it does not. */
async function refusal({ probes }: Patient, code: Kind): Promise<string | null> {
  const { refused } = await probes.users();
  if (refused === null) return null;
  return kinds.find(({ says }) => says.test(refused))?.code === code ? wordsOf(refused) : null;
}

/** For a call that mends it; an API token is of a person and names no app. */
function serviceId({ okta }: Patient): string {
  const management = okta.management();
  return management.method === 'service_app' ? management.clientId : '{client}';
}

export const serviceAppChecks: readonly Check[] = [
  defineCheck(
    {
      code: 'D23',
      area,
      title: 'The DPoP handshake of the service app works',
      needs: [],
      explainedBy: ['D28'],
    },
    async (patient) => {
      const oktaSays = await refusal(patient, 'D23');
      if (oktaSays === null) return [];
      return [
        {
          severity: 'error',
          message: 'Okta requires DPoP of the service app and refuses the DPoP proofs of this API.',
          seen: accountsFail,
          oktaSays,
          fix: `Check that no proxy removes the header DPoP, and that OKTA_ISSUER has the host that the Admin Console shows, without -admin. Or untick "Require Demonstrating Proof of Possession (DPoP) header in token requests" (${inApp} > General).`,
          call: `PUT /api/v1/apps/${serviceId(patient)} with settings.oauthClient.dpop_bound_access_tokens false`,
        },
      ];
    },
  ),
  defineCheck(
    {
      code: 'D24',
      area,
      title: 'The service app has the Okta API scopes',
      needs: [],
      explainedBy: ['D08', 'D23', 'D27', 'D28'],
    },
    scopesNotGranted,
  ),
  defineCheck(
    {
      code: 'D25',
      area,
      title: 'The service app has an admin role',
      needs: [],
      explainedBy: ['D08', 'D24', 'D27'],
    },
    roleMissing,
  ),
  defineCheck(
    {
      code: 'D26',
      area,
      title: 'The management credential may change users',
      needs: [],
      explainedBy: ['D08', 'D23', 'D24', 'D25', 'D27', 'D28', 'D29'],
    },
    async (patient) => {
      const { refused } = await patient.probes.manageUsers();
      if (refused === null) return [];
      return [
        {
          severity: 'error',
          message: 'The management credential may read users, but not change them.',
          seen: 'signUp, updateProfile, deleteAccount and the mails that Okta sends for them answer INTERNAL.',
          oktaSays: wordsOf(refused),
          fix: `Give it a role that manages users (${inApp} > Admin roles). A custom role needs "Manage users" and a resource set with the customers.`,
          call: `POST /oauth2/v1/clients/${serviceId(patient)}/roles with type USER_ADMIN`,
        },
      ];
    },
  ),
  defineCheck(
    {
      code: 'D27',
      area,
      title: 'The keys are registered with their apps',
      needs: [],
      explainedBy: ['D08', 'D28'],
    },
    keysUnknown,
  ),
  defineCheck(
    { code: 'D29', area, title: 'Okta accepts OKTA_API_TOKEN', needs: [] },
    async (patient) => {
      const oktaSays = await refusal(patient, 'D29');
      if (oktaSays === null || patient.okta.management().method !== 'ssws') return [];
      return [
        {
          severity: 'error',
          message:
            'OKTA_API_TOKEN is revoked or expired: its creator was deactivated, it was unused for 30 days, or it is used from outside its network zone.',
          seen: accountsFail,
          oktaSays,
          fix: 'Make a new token (Security > API > Tokens), or better a service app: OKTA_SERVICE_CLIENT_ID with a private key does not depend on a person.',
          call: null,
        },
      ];
    },
  ),
];

/** What fails without a scope. */
const usedFor: Readonly<Record<string, string>> = {
  'okta.users.read': 'me, user and users answer INTERNAL.',
  'okta.users.manage': 'signUp, updateProfile, resetPassword and deleteAccount answer INTERNAL.',
  'okta.policies.read': 'accountConfig answers INTERNAL, and PasswordRejected names no rules.',
  'okta.logs.read': 'This API notices late what an administrator revokes.',
  'okta.schemas.read': 'The command okta-account-api schema fails.',
};

/** No field of the API needs it. */
const ofCommands = ['okta.schemas.read'];

async function scopesNotGranted({ okta, probes }: Patient): Promise<readonly Problem[]> {
  const management = okta.management();
  if (management.method === 'ssws') return [];
  const { clientId } = management;
  const found = await probes.missingScopes();
  if (found.refused !== null) return [];
  const problem = (severity: Problem['severity'], scopes: readonly string[]): Problem => ({
    severity,
    message: `The service app ${clientId} does not have the Okta API ${scopes.length === 1 ? 'scope' : 'scopes'} ${scopes.join(', ')}.`,
    seen: scopes.map((scope) => usedFor[scope] ?? `What needs ${scope} fails.`).join(' '),
    oktaSays: 'The access token provided does not contain the required scopes.',
    fix: `Grant ${scopes.length === 1 ? 'it' : 'them'} (${inApp} > Okta API Scopes).`,
    call: `POST /api/v1/apps/${clientId}/grants with issuer ${okta.orgUrl} and scopeId`,
  });
  const isMinor = (scope: string) => ofCommands.includes(scope);
  const major = found.answer.filter((scope) => !isMinor(scope));
  const minor = found.answer.filter(isMinor);
  return [
    ...(major.length > 0 ? [problem('error', major)] : []),
    ...(minor.length > 0 ? [problem('note', minor)] : []),
  ];
}

/** Where Okta hides what a client may not see, it answers with an empty list. */
async function roleMissing(patient: Patient): Promise<readonly Problem[]> {
  const { okta, probes, admin } = patient;
  const management = okta.management();
  const users = await probes.users();
  const oktaSays = await refusal(patient, 'D25');
  const seesNoUser = users.refused === null && users.answer === 0;
  if (oktaSays === null && !seesNoUser) return [];
  const isApp = management.method === 'service_app';
  const roles = admin === null || !isApp ? null : await rolesOf(admin, management.clientId);
  if (oktaSays === null && roles !== null && roles.length > 0) return [];
  return [
    {
      severity: oktaSays !== null || roles !== null ? 'error' : 'warning',
      message:
        oktaSays === null
          ? 'The management credential sees no user at all: it has no admin role, or the org is empty.'
          : 'The management credential lacks the admin role that its scopes need.',
      seen: accountsFail,
      oktaSays,
      fix: isApp
        ? `Give the service app a role that manages users and reads policies (${inApp} > Admin roles).`
        : 'Use the API token of an administrator who manages users and reads policies.',
      call: isApp
        ? `POST /oauth2/v1/clients/${management.clientId}/roles with type USER_ADMIN`
        : null,
    },
  ];
}

/** Null: the admin token may not read them. */
function rolesOf(admin: AdminApi, clientId: string): Promise<readonly Json[] | null> {
  return admin.list(`/oauth2/v1/clients/${clientId}/roles`).catch(() => null);
}

async function keysUnknown(patient: Patient): Promise<readonly Problem[]> {
  const { okta, admin } = patient;
  const client = okta.clientAuthentication();
  const management = okta.management();
  const found: Problem[] = [];
  if (client.method === 'private_key_jwt') {
    const key = { clientId: okta.clientId, keyId: client.keyId, variable: 'OKTA_CLIENT_KEY_ID' };
    if (admin !== null && (await isUnknown(admin, key))) found.push(unknownKey(key, null));
  }
  if (management.method === 'service_app') {
    const { clientId, keyId } = management;
    const key = { clientId, keyId, variable: 'OKTA_SERVICE_KEY_ID' };
    const oktaSays = await refusal(patient, 'D27');
    const isListed = admin === null || !(await isUnknown(admin, key));
    if (oktaSays !== null || !isListed) found.push(unknownKey(key, oktaSays));
  }
  return found;
}

interface UsedKey {
  readonly clientId: string;
  readonly keyId: string;
  readonly variable: string;
}

/** False also where the admin token may not read the keys. */
async function isUnknown(admin: AdminApi, { clientId, keyId }: UsedKey): Promise<boolean> {
  const answer = await admin.get(`/api/v1/apps/${clientId}/credentials/jwks`).catch(() => null);
  const keys = at(answer, 'keys');
  if (!Array.isArray(keys)) return false;
  return !keys.some((key) => textAt(key, 'kid') === keyId && at(key, 'status') === 'ACTIVE');
}

function unknownKey({ clientId, keyId, variable }: UsedKey, oktaSays: string | null): Problem {
  const isService = variable === 'OKTA_SERVICE_KEY_ID';
  return {
    severity: 'error',
    message: `Okta does not accept the key ${keyId} (${variable}) of the app ${clientId}: it is not registered, not active, or another key has this id.`,
    seen: isService ? accountsFail : 'Every log-in and refresh answers INTERNAL.',
    oktaSays: oktaSays ?? 'The client_assertion JWT kid is invalid.',
    fix: `Add the public key to the app and activate it (Applications > the app > General > Public Keys), and set ${variable} to its id.`,
    call: `POST /api/v1/apps/${clientId}/credentials/jwks with the public key`,
  };
}
