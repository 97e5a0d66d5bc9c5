import { isIPv6 } from 'node:net';

/** The networks that an address is counted by. */
export interface Networks {
  /** The IPv4 address, or the first 64 bits of IPv6, since one machine has all addresses of those. */
  readonly network: string;
  /**
   * The first 48 bits of IPv6, the largest network that a provider assigns to one customer (RFC 6177,
   * RIPE 690); homes usually get a /56. Null for IPv4.
   */
  readonly site: string | null;
}

/** @param address without a port or a zone */
export function networksOf(address: string): Networks {
  if (!isIPv6(address)) return { network: address, site: null };
  const groups = groupsOf(address);
  const within = ipv4Within(groups);
  if (within !== null) return { network: within, site: null };
  const prefix = (bits: number) =>
    `${groups
      .slice(0, bits / 16)
      .map((group) => group.toString(16))
      .join(':')}::/${bits}`;
  return { network: prefix(64), site: prefix(48) };
}

/** As eight 16-bit numbers. */
function groupsOf(address: string): readonly number[] {
  // Canonical (RFC 5952), and without dots.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = [], tail] = canonical.split('::').map((part) => part.split(':').filter(Boolean));
  const missing = tail === undefined ? 0 : 8 - (head.length + tail.length);
  return [...head, ...Array.from({ length: missing }, () => '0'), ...(tail ?? [])].map((group) =>
    Number.parseInt(group, 16),
  );
}

/** The IPv4 address embedded in an IPv6 address; null if there is none. */
function ipv4Within([a = 0, b = 0, c = 0, ...rest]: readonly number[]): string | null {
  const [d = 0, e = 0, f = 0, g = 0, h = 0] = rest;
  // Mapped: ::ffff:0:0/96 (RFC 4291 section 2.5.5.2).
  if ([a, b, c, d, e].every((group) => group === 0) && f === 0xffff) return dotted(g, h);
  // Translated: 64:ff9b::/96 (RFC 6052 section 2.1).
  if (a === 0x64 && b === 0xff9b && [c, d, e, f].every((group) => group === 0)) return dotted(g, h);
  // 6to4: 2002::/16 (RFC 3056 section 2).
  if (a === 0x2002) return dotted(b, c);
  // Teredo: 2001::/32, with its bits inverted (RFC 4380 section 4).
  if (a === 0x2001 && b === 0) return dotted(g ^ 0xffff, h ^ 0xffff);
  return null;
}

function dotted(...groups: readonly number[]): string {
  return groups.map((group) => `${group >> 8}.${group & 255}`).join('.');
}
