import { isIPv6 } from 'node:net';

/**
 * Under what an address is counted: IPv4 as it is, IPv6 by its first 64 bits, since whoever has one
 * address there has all of them. @param address without a port or a zone
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  // Canonical (RFC 5952), and without dots.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([\da-f]+):([\da-f]+)$/.exec(canonical) ?? [];
  if (high !== undefined && low !== undefined) return dotted(high, low);
  const [head = '', tail] = canonical.split('::').map((part) => part.split(':').filter(Boolean));
  const missing = tail === undefined ? 0 : 8 - (head.length + tail.length);
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...(tail ?? [])];
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/** IPv4 as IPv6 maps it (RFC 4291 section 2.5.5.2). */
function dotted(...groups: readonly string[]): string {
  return groups
    .map((group) => Number.parseInt(group, 16))
    .map((group) => `${group >> 8}.${group & 255}`)
    .join('.');
}
