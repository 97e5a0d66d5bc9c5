import type { Hono } from 'hono';
import { type EmbeddedEnv, isObject } from '../../http/responses.ts';
import type { Org } from '../../org.ts';
import { blockOf, type Zone, type ZoneAddress, zoneTable } from '../../settings/zones.ts';
import type { Resource } from '../../store/resources.ts';
import { isoDate } from '../../users/user-json.ts';
import { invalid, refused } from '../rest/bodies.ts';
import { type Kind, othersOf, type Place, serve } from '../rest/collection.ts';
import { type Json, lifecycleLink, linkTo } from '../rest/json.ts';

const zoneKind: Kind<Zone> = {
  table: zoneTable,
  path: '/api/v1/zones',
  scope: 'networkZones',
  type: 'NetworkZone',
  operations: ['list', 'create', 'get', 'replace', 'delete', 'lifecycle'],
  pages: { fallback: 1000, most: 1000 },
  lifecycleAnswer: 'resource',
  complete: ({ system: _, ...json }) => json,
  json: zoneJson,
  check({ org }, { name, gateways, proxies }, before) {
    if (othersOf(org, zoneTable, before).some(({ body }) => body.name === name)) {
      throw refused('name', 'name: There is already an existing network zone with this name');
    }
    for (const address of [...(gateways ?? []), ...(proxies ?? [])]) {
      if (blockOf(address) === null) throw invalid('value', 'The value is invalid', 'NetworkZone');
    }
  },
  saved(_, zone, before) {
    // The status of a new one is not asked for.
    if (before === null) zone.status = 'ACTIVE';
    const { gateways, proxies } = zone.body;
    const wholeRanges = (list: ZoneAddress[] | null) => list?.map(wholeRange) ?? null;
    zone.body = {
      ...zone.body,
      gateways: wholeRanges(gateways),
      proxies: wholeRanges(proxies),
    };
  },
  mayDelete(_, { status }) {
    if (status === 'ACTIVE') {
      throw refused('status', 'An active network zone cannot be deleted. Deactivate it first.');
    }
  },
};

/** Okta writes a single address as a range. */
function wholeRange({ type, value }: ZoneAddress): ZoneAddress {
  const isOne = type === 'RANGE' && !value.includes('-');
  return { type, value: isOne ? `${value}-${value}` : value };
}

function zoneJson({ org }: Place, zone: Resource<Zone>): Json {
  const { id, status, body } = zone;
  const self = `${org.url()}/api/v1/zones/${id}`;
  return {
    type: body.type,
    id,
    name: body.name,
    status,
    usage: body.usage,
    created: isoDate(zone.created),
    lastUpdated: isoDate(zone.lastUpdated),
    system: body.system,
    ...membersOf(body),
    _links: {
      self: linkTo(self, 'GET', 'PUT', 'DELETE'),
      ...lifecycleLink(self, status),
    },
  };
}

function membersOf(zone: Zone): Json {
  const { type, gateways, proxies, asns, proxyType, ipServiceCategories } = zone;
  switch (type) {
    case 'IP':
      return { gateways, proxies };
    case 'DYNAMIC':
      return { locations: locationsOf(zone), proxyType: proxyType ?? '', ...(asns && { asns }) };
    case 'DYNAMIC_V2':
      return {
        locations: selection(zone.locations),
        ipServiceCategories: selection(ipServiceCategories),
        asns: selection(asns),
      };
  }
}

function locationsOf({ locations }: Zone): unknown[] | null {
  if (!Array.isArray(locations)) return null;
  return locations.map(withRegion);
}

function withRegion<Item>(item: Item): Item | Json {
  return isObject(item) ? { region: null, ...item } : item;
}

function selection(given: unknown): Json {
  const list = (name: string) => {
    const value = isObject(given) ? given[name] : undefined;
    return Array.isArray(value) ? value.map(withRegion) : [];
  };
  return { include: list('include'), exclude: list('exclude') };
}

/** `/api/v1/zones`: https://developer.okta.com/docs/api/openapi/okta-management/management/tag/NetworkZone/ */
export function serveZones(app: Hono<EmbeddedEnv>, org: Org): void {
  serve(app, org, zoneKind);
}
