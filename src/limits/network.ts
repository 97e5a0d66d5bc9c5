import { isIPv6 } from 'node:net';

/** Under what an address is counted. */
export interface Networks {
  /** IPv4 as it is; IPv6 by its first 64 bits, since a machine there has all of those addresses. */
  readonly network: string;
  /**
   * The first 48 bits of IPv6, which are the most that one customer of a provider gets (RFC 6177, RIPE
   * 690); homes get 56 as a rule. Null for IPv4.
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

/** The eight numbers of 16 bits. */
function groupsOf(address: string): readonly number[] {
  // Canonical (RFC 5952), and without dots.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = [], tail] = canonical.split('::').map((part) => part.split(':').filter(Boolean));
  const missing = tail === undefined ? 0 : 8 - (head.length + tail.length);
  return [...head, ...Array.from({ length: missing }, () => '0'), ...(tail ?? [])].map((group) =>
    Number.parseInt(group, 16),
  );
}

/** The IPv4 address within an IPv6 address; null where there is none. */
function ipv4Within([a = 0, b = 0, c = 0, ...rest]: readonly number[]): string | null {
  const [d = 0, e = 0, f = 0, g = 0, h = 0] = rest;
  // Mapped: ::ffff:0:0/96 (RFC 4291 section 2.5.5.2).
  if ([a, b, c, d, e].every((group) => group === 0) && f === 0xffff) return dotted(g, h);
  // Translated: 64:ff9b::/96 (RFC 6052 section 2.1).
  if (a === 0x64 && b === 0xff9b && [c, d, e, f].every((group) => group === 0)) return dotted(g, h);
  // 6to4: 2002::/16 (RFC 3056 section 2).
  if (a === 0x2002) return dotted(b, c);
  // Teredo: 2001::/32, with its bits turned (RFC 4380 section 4).
  if (a === 0x2001 && b === 0) return dotted(g ^ 0xffff, h ^ 0xffff);
  return null;
}

function dotted(...groups: readonly number[]): string {
  return groups.map((group) => `${group >> 8}.${group & 255}`).join('.');
}
