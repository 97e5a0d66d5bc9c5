import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import type { Resources, Table } from '../store/resources.ts';
import { defaulted, nullable, open, requiredText } from './fields.ts';

const address = z.object({ type: z.enum(['CIDR', 'RANGE']), value: requiredText() });

const zone = z.object({
  type: z.enum(['IP', 'DYNAMIC', 'DYNAMIC_V2']),
  name: requiredText(128),
  usage: defaulted(z.enum(['POLICY', 'BLOCKLIST']), 'POLICY'),
  system: defaulted(z.boolean(), false),
  gateways: nullable(z.array(address)),
  proxies: nullable(z.array(address)),
  /** Of dynamic zones, which this org keeps and shows, and asks for nothing. */
  locations: z.union([z.array(open()), open()]).nullish(),
  proxyType: z.string().nullish(),
  asns: z.union([z.array(z.string()), open()]).nullish(),
  ipServiceCategories: open().nullish(),
});

export type Zone = z.infer<typeof zone>;
export type ZoneAddress = z.infer<typeof address>;

export const zoneTable: Table<Zone> = { name: 'zones', idPrefix: 'nzo', schema: zone };

/** Null: it is no address, network or range. */
export function blockOf({ type, value }: ZoneAddress): BlockList | null {
  const block = new BlockList();
  try {
    if (type === 'RANGE') {
      const [from = '', to = from] = value.split('-');
      block.addRange(from, to, family(from));
    } else {
      const [network = '', length] = value.split('/');
      const longest = isIP(network) === 6 ? 128 : 32;
      block.addSubnet(network, Number(length ?? longest), family(network));
    }
    return block;
  } catch {
    return null;
  }
}

const family = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Whether one of these zones is active and has the address. @param ids of zones, or `ALL_ZONES` */
export function isInZone(resources: Resources, ids: readonly string[], ip: string): boolean {
  const kind = family(ip);
  return [...resources.of(zoneTable).values()].some(
    ({ id, status, body }) =>
      status === 'ACTIVE' &&
      (ids.includes(id) || ids.includes('ALL_ZONES')) &&
      (body.gateways ?? []).some((gateway) => blockOf(gateway)?.check(ip, kind) === true),
  );
}

/** Whether an active zone names the address as a proxy, whose X-Forwarded-For Okta then believes. */
export function isTrustedProxy(resources: Resources, ip: string): boolean {
  const kind = family(ip);
  return [...resources.of(zoneTable).values()].some(
    ({ status, body }) =>
      status === 'ACTIVE' &&
      (body.proxies ?? []).some((proxy) => blockOf(proxy)?.check(ip, kind) === true),
  );
}
