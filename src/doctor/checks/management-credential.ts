import { type AdminApi, createAdminApi } from '../../org/admin-api.ts';
import { numberAt, textAt } from '../../org/json.ts';
import { rolesOfOwner } from '../../org/token-owner.ts';
import type { Patient, Problem } from '../check.ts';

/** What Okta gives a token or an app where no administrator has changed it (rl2-token-oauth). */
const defaultShare = 50;

/** The rights of an API token, and the share of Okta's rate limits that the credential may use. */
export async function credentialOutOfProportion(patient: Patient): Promise<readonly Problem[]> {
  const { okta, admin } = patient;
  const management = okta.management();
  if (management.method === 'service_app') {
    const { clientId } = management;
    const share = await shareOf(admin, 'OAUTH_CLIENT', clientId);
    return share !== null && share < defaultShare
      ? [smallShare(`The service app ${clientId}`, share)]
      : [];
  }
  const { orgUrl, callTimeoutMs } = okta;
  const own = createAdminApi({ orgUrl, token: management.apiToken, timeoutMs: callTimeoutMs });
  const isSuper = (await rolesOfOwner(own)).includes('SUPER_ADMIN');
  const tokenId = await idOfToken(own, admin);
  const share = tokenId === null ? null : await shareOf(admin, 'SSWS_TOKEN', tokenId);
  return [
    ...(isSuper ? [superAdministrator(share)] : []),
    ...(!isSuper && share !== null && share <= defaultShare
      ? [smallShare('OKTA_API_TOKEN', share)]
      : []),
  ];
}

/** Okta shows no token, so it has to be the only one of its owner. Null: there is no telling. */
async function idOfToken(own: AdminApi, admin: AdminApi | null): Promise<string | null> {
  if (admin === null) return null;
  const owner = await own.get('/api/v1/users/me');
  const tokens = await admin.list('/api/v1/api-tokens').catch(() => []);
  const [token, ...others] = tokens.filter(({ userId }) => userId === owner?.['id']);
  return token === undefined || others.length > 0 ? null : textAt(token, 'id');
}

/** In percent. Null: the admin token may not read it. */
async function shareOf(
  admin: AdminApi | null,
  type: 'SSWS_TOKEN' | 'OAUTH_CLIENT',
  id: string,
): Promise<number | null> {
  const filter = encodeURIComponent(`principalType eq "${type}" and principalId eq "${id}"`);
  const limits = await admin
    ?.list(`/api/v1/principal-rate-limits?filter=${filter}`)
    .catch(() => null);
  if (limits === null || limits === undefined) return null;
  const own = limits.find(({ principalId }) => principalId === id);
  return numberAt(own, 'defaultPercentage') ?? defaultShare;
}

const call =
  'POST /api/v1/principal-rate-limits with principalId, principalType and defaultPercentage; PUT where there is one';

function superAdministrator(share: number | null): Problem {
  const alsoSmall = share !== null && share <= defaultShare;
  return {
    severity: 'warning',
    message: `OKTA_API_TOKEN belongs to a super administrator${alsoSmall ? `, and may use ${share} % of each of Okta's rate limits` : ''}.`,
    seen: 'Nothing, until the token leaks. Its holder can then do everything in the org.',
    oktaSays: null,
    fix: 'Use a service app, as okta-account-api setup makes one, or the token of an administrator who manages users and reads policies.',
    call: null,
  };
}

function smallShare(who: string, share: number): Problem {
  return {
    severity: 'warning',
    message: `${who} may use ${share} % of each of Okta's rate limits.`,
    seen: `Sign-up, profiles and password resets answer RateLimited while the org has ${100 - share} % of its limits left.`,
    oktaSays: 'API call exceeded rate limit due to too many requests. (E0000047)',
    fix: 'Raise the share of the credential (Security > API > Tokens, or Applications > the service app > Application rate limits).',
    call,
  };
}
