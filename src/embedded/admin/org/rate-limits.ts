import type { Hono } from 'hono';
import { ApiError, type EmbeddedEnv, notFound } from '../../http/responses.ts';
import type { Org } from '../../org.ts';
import { findApp } from '../../settings/apps.ts';
import {
  type PrincipalRateLimit,
  principalRateLimitTable,
} from '../../settings/principal-rate-limits.ts';
import {
  adminNotifications,
  authenticatorSettings,
  lockoutSettings,
  perClientLimits,
  threatInsight,
  warningThreshold,
} from '../../settings/singles.ts';
import { zoneTable } from '../../settings/zones.ts';
import { administratorId } from '../../store/administrator.ts';
import type { Resource } from '../../store/resources.ts';
import { isoDate } from '../../users/user-json.ts';
import { refused } from '../rest/bodies.ts';
import { type Kind, othersOf, type Place, serve } from '../rest/collection.ts';
import { type Json, linkTo } from '../rest/json.ts';
import { serveSingle } from '../rest/single.ts';
import { apiTokenId } from './api-tokens.ts';
import { orgId } from './settings.ts';

const path = '/api/v1/rate-limit-settings';
const mediated = 'principalRateLimitMediated';

const principalKind: Kind<PrincipalRateLimit> = {
  table: principalRateLimitTable,
  path: '/api/v1/principal-rate-limits',
  scope: 'principalRateLimits',
  type: 'PrincipalRateLimit',
  operations: ['list', 'create', 'get', 'replace'],
  created: 201,
  json: principalJson,
  select({ c }, limits) {
    const filter = c.req.query('filter') ?? '';
    const type = /principalType eq "(?<value>[^"]*)"/.exec(filter)?.groups?.['value'];
    const id = /principalId eq "(?<value>[^"]*)"/.exec(filter)?.groups?.['value'];
    if (type === undefined) {
      throw refused(
        mediated,
        'The provided filter parameter did not contain the required attrbute filter "principalType"',
      );
    }
    return [...limits.values()].filter(
      ({ body }) => body.principalType === type && (id === undefined || body.principalId === id),
    );
  },
  check({ org }, { principalId, principalType }, before) {
    const isThere =
      principalType === 'SSWS_TOKEN'
        ? principalId === apiTokenId
        : findApp(org.store.resources, principalId) !== null;
    const kind = principalType === 'SSWS_TOKEN' ? 'Token' : 'PublicClientApp';
    if (!isThere) throw notFound(principalId, kind);
    if (
      othersOf(org, principalRateLimitTable, before).some(
        ({ body }) => body.principalId === principalId,
      )
    ) {
      throw new ApiError('E0000001', { about: mediated });
    }
  },
};

/** Okta writes these times without milliseconds. */
const seconds = (time: number) => isoDate(time).replace(/\.\d+Z$/, 'Z');

function principalJson(_: Place, limit: Resource<PrincipalRateLimit>): Json {
  return {
    id: limit.id,
    orgId,
    ...limit.body,
    lastUpdate: seconds(limit.lastUpdated),
    lastUpdatedBy: administratorId,
    createdDate: seconds(limit.created),
    createdBy: administratorId,
  };
}

/** How many requests who may make, and what Okta does against attacks. */
export function serveRateLimits(app: Hono<EmbeddedEnv>, org: Org): void {
  serve(app, org, principalKind);
  const shown = <Body extends object>(_: Org, { body }: Resource<Body>): Json =>
    Object.fromEntries(Object.entries(body));
  const limits = { scope: 'rateLimits', changes: ['PUT'], json: shown } as const;
  serveSingle(app, org, { ...limits, of: perClientLimits, path: `${path}/per-client` });
  serveSingle(app, org, { ...limits, of: adminNotifications, path: `${path}/admin-notifications` });
  serveSingle(app, org, {
    ...limits,
    of: warningThreshold,
    path: `${path}/warning-threshold`,
  });
  const attacks = { scope: 'orgs', changes: ['PUT'], json: shown } as const;
  const protection = '/attack-protection/api/v1';
  serveSingle(app, org, {
    ...attacks,
    of: authenticatorSettings,
    path: `${protection}/authenticator-settings`,
  });
  serveSingle(app, org, {
    ...attacks,
    of: lockoutSettings,
    path: `${protection}/user-lockout-settings`,
  });
  serveSingle(app, org, {
    of: threatInsight,
    path: '/api/v1/threats/configuration',
    scope: 'threatInsights',
    changes: ['POST'],
    json: (_, { body, created, lastUpdated }) => ({
      ...body,
      created: isoDate(created),
      lastUpdated: isoDate(lastUpdated),
      _links: { self: linkTo(`${org.url()}/api/v1/threats/configuration`, 'GET', 'POST') },
    }),
    check(_, { excludeZones }) {
      const unknown = excludeZones.find((id) => !org.store.resources.of(zoneTable).has(id));
      if (unknown !== undefined) throw notFound(unknown, 'NetworkZone');
    },
  });
}
