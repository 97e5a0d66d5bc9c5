import { AdminApiError } from '../../org/admin-api.ts';
import { Conflict } from '../../org/resource.ts';

/** Why a run ended, in Okta's words and ours, without the token. @throws what is a fault of this program */
export function explain(error: unknown, orgUrl: string): string {
  if (error instanceof Conflict) return error.message;
  if (!(error instanceof AdminApiError)) throw error;
  if (error.code === 'E0000015' && error.message.includes('/authorizationServers')) {
    return `The org has no API Access Management, which custom authorization servers need. Ask Okta for that licence, or set the API up by hand with OKTA_ALLOW_ORG_SERVER=true. ${error.message}`;
  }
  if (error.code === 'E0000015') {
    return `The org lacks a feature that this needs, or OKTA_ADMIN_TOKEN may not use it. ${error.message}`;
  }
  if (error.status === 401) {
    return `Okta refuses OKTA_ADMIN_TOKEN at ${orgUrl}: it is expired or revoked, or of another org, or its network zone does not include this machine. ${error.message}`;
  }
  if (error.isForbidden) {
    return `OKTA_ADMIN_TOKEN may not do this: use an API token of a super administrator. ${error.message}`;
  }
  return error.message;
}
