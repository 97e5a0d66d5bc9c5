import type { Hono } from 'hono';
import { type EmbeddedEnv, notFound } from '../../http/responses.ts';
import { requireManagement } from '../../oauth/management-auth.ts';
import type { Org } from '../../org.ts';
import { administratorId } from '../../store/administrator.ts';
import { isoDate } from '../../users/user-json.ts';
import { type Json, linkTo } from '../rest/json.ts';

const path = '/api/v1/api-tokens';
export const apiTokenId = '00T1administrator001';
const month = 30 * 24 * 60 * 60_000;

/** The one API token of this org; each use makes it last for another thirty days. */
function tokenJson(org: Org): Json {
  return {
    id: apiTokenId,
    name: 'Embedded Administrator',
    userId: administratorId,
    clientName: 'Okta API',
    tokenWindow: 'P30D',
    network: { connection: 'ANYWHERE' },
    expiresAt: isoDate(org.now() + month),
    created: isoDate(0),
    lastUpdated: isoDate(org.now()),
    _links: {
      self: linkTo(`${org.url()}${path}/${apiTokenId}`, 'GET', 'DELETE'),
      user: linkTo(`${org.url()}/api/v1/users/${administratorId}`, 'GET'),
    },
  };
}

/** `/api/v1/api-tokens`, read-only: https://developer.okta.com/docs/api/openapi/okta-management/management/tag/ApiToken/ */
export function serveApiTokens(app: Hono<EmbeddedEnv>, org: Org): void {
  const guard = requireManagement(org, 'apiTokens');
  app.get(path, guard, (c) => c.json([tokenJson(org)]));
  app.get(`${path}/:id`, guard, (c) => {
    const id = c.req.param('id');
    if (id !== apiTokenId) throw notFound(id, 'Token');
    return c.json(tokenJson(org));
  });
}
