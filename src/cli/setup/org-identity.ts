import { type AdminApi, AdminApiError, createAdminApi } from '../../org/admin-api.ts';
import { type Engine, engineNames, engineOf } from '../../org/engine.ts';
import { textAt } from '../../org/json.ts';
import { printWait } from '../command-line/print-wait.ts';

/** Which org a command is about to work on. */
export interface OrgIdentity {
  readonly id: string;
  readonly engine: Engine;
  /** As Okta calls the org itself, whatever custom domain it has besides. */
  readonly issuer: string;
  /** Null: the token may not read it. */
  readonly company: string | null;
}

/** Reads what Okta shows without a token. @throws AdminApiError */
async function readPublic(api: AdminApi): Promise<Omit<OrgIdentity, 'company'>> {
  const org = await api.get('/.well-known/okta-organization');
  if (org === null || typeof org['id'] !== 'string') {
    throw new AdminApiError(`${api.orgUrl} is not an Okta org.`, { status: 404 });
  }
  const links = org['_links'] as { readonly organization?: { readonly href?: string } } | undefined;
  return {
    id: org['id'],
    engine: engineOf(org['pipeline']),
    issuer: links?.organization?.href ?? api.orgUrl,
  };
}

/**
 * Checks the token too, once the address is known to be an org: another server must not get it.
 * @throws AdminApiError for what is no org, and for a token that Okta refuses
 */
export async function readOrg(api: AdminApi): Promise<OrgIdentity> {
  const shown = await readPublic(adminApi(api.orgUrl, null));
  const settings = await api.get('/api/v1/org').catch((error: unknown) => {
    if (error instanceof AdminApiError && error.status === 403) return null;
    throw error;
  });
  return { ...shown, company: textAt(settings, 'companyName') };
}

/** For a terminal: two lines. */
export function orgText({ id, engine, company }: OrgIdentity, orgUrl: string): string {
  return `Okta org: ${company || 'unnamed'}, ${orgUrl}\n          ${engineNames[engine]}, id ${id}`;
}

export function adminApi(orgUrl: string, token: string | null): AdminApi {
  return createAdminApi({
    orgUrl,
    token,
    timeoutMs: 15_000,
    onWait: printWait,
  });
}
