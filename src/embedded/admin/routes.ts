import { Hono } from 'hono';
import type { EmbeddedEnv } from '../http/responses.ts';
import type { Org } from '../org.ts';
import { serveApps } from './apps.ts';
import { serveAuthorizationServers } from './authorization-servers.ts';
import { serveGroups } from './groups.ts';
import { serveOrg } from './org-settings.ts';
import { servePolicies } from './policies.ts';

/** The side of the management API that configures an org. */
export function adminRoutes(org: Org): Hono<EmbeddedEnv> {
  const app = new Hono<EmbeddedEnv>();
  serveApps(app, org);
  serveAuthorizationServers(app, org);
  serveGroups(app, org);
  serveOrg(app, org);
  servePolicies(app, org);
  return app;
}
