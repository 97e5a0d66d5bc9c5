import { Hono } from 'hono';
import type { EmbeddedEnv } from '../http/responses.ts';
import type { Org } from '../org.ts';
import { serveApiTokens } from './api-tokens.ts';
import { serveApps } from './apps.ts';
import { serveAuthenticators } from './authenticators.ts';
import { serveAuthorizationServers } from './authorization-servers.ts';
import { serveBrands } from './brands.ts';
import { serveFeatures } from './features.ts';
import { serveGroups } from './groups.ts';
import { serveOrg } from './org-settings.ts';
import { servePolicies } from './policies.ts';
import { serveRateLimits } from './rate-limits.ts';
import { serveRoles } from './roles.ts';
import { serveSimulation } from './simulate.ts';
import { serveZones } from './zones.ts';

const served = [
  serveApiTokens,
  serveApps,
  serveAuthenticators,
  serveAuthorizationServers,
  serveBrands,
  serveFeatures,
  serveGroups,
  serveOrg,
  serveSimulation,
  servePolicies,
  serveRateLimits,
  serveRoles,
  serveZones,
];

/** The side of the management API that configures an org. */
export function adminRoutes(org: Org): Hono<EmbeddedEnv> {
  const app = new Hono<EmbeddedEnv>();
  for (const serve of served) serve(app, org);
  return app;
}
