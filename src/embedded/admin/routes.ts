import { Hono } from 'hono';
import type { EmbeddedEnv } from '../http/responses.ts';
import type { Org } from '../org.ts';
import { serveApps } from './apps/apps.ts';
import { serveAuthorizationServers } from './authorization-servers/authorization-servers.ts';
import { serveGroups } from './groups/groups.ts';
import { serveRoles } from './groups/roles.ts';
import { serveApiTokens } from './org/api-tokens.ts';
import { serveAuthenticators } from './org/authenticators.ts';
import { serveBrands } from './org/brands.ts';
import { serveFeatures } from './org/features.ts';
import { serveRateLimits } from './org/rate-limits.ts';
import { serveOrg } from './org/settings.ts';
import { serveZones } from './org/zones.ts';
import { servePolicies } from './policies/policies.ts';
import { serveSimulation } from './policies/simulate.ts';

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
