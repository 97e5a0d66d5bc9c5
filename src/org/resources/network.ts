import type { OrgDescription } from '../description.ts';
import { idIn, only, type Resource } from '../resource.ts';
import { replaceActive } from './replace-active.ts';

/** Okta believes X-Forwarded-For from the proxies of an IP zone. */
export function trustedProxy({ trustedProxy: zone }: OrgDescription): readonly Resource[] {
  if (zone === null) return [];
  const { name, cidrs } = zone;
  return [
    {
      key: 'trustedProxy',
      kind: 'Network zone',
      name,
      parents: [],
      fixed: ['type', 'usage'],
      async find(api) {
        const zones = await api.list('/api/v1/zones?limit=200');
        return only(zones, (each) => each['name'] === name, `network zone "${name}"`);
      },
      wanted: () => ({
        type: 'IP',
        name,
        usage: 'POLICY',
        status: 'ACTIVE',
        proxies: cidrs.map((value) => ({ type: 'CIDR', value })),
      }),
      create: async (api, body) =>
        idIn(await api.send('POST', '/api/v1/zones', { ...body, gateways: [] })),
      update: (api, found, body) =>
        replaceActive(api, `/api/v1/zones/${found.id}`, { found, body }),
    },
  ];
}
