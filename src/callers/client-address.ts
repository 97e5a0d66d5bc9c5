import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6, SocketAddress } from 'node:net';
import type { Config } from '../config.ts';

export interface ClientAddress {
  /** IPv4 or IPv6, without a port or a zone; null where the socket is gone. */
  readonly address: string | null;
  /**
   * Whether a trusted proxy reports it: then it is the client, and not another machine on the way.
   */
  readonly fromProxy: boolean;
}

/** No set-up has as many proxies in a row. */
const maxHops = 20;

/**
 * The address of the client: the peer of the socket or, where that is a trusted proxy, the rightmost
 * entry of X-Forwarded-For that is not one. Entries to the left of it may be made up.
 */
export function createClientAddress(
  trusted: Config['server']['trustedProxies'],
): (request: IncomingMessage) => ClientAddress {
  const proxies = new BlockList();
  for (const { address, prefix, family } of trusted) proxies.addSubnet(address, prefix, family);
  const isProxy = (address: string) =>
    trusted.length > 0 && proxies.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');

  return ({ socket, headers }) => {
    const peer = peerOf(socket.remoteAddress);
    if (peer === null || !isProxy(peer)) return { address: peer, fromProxy: false };
    let address = peer;
    for (const entry of forwardedFor(headers['x-forwarded-for'])) {
      const hop = plain(entry);
      if (hop === null) break;
      address = hop;
      if (!isProxy(hop)) break;
    }
    return { address, fromProxy: address !== peer };
  };
}

/** It comes from the system, so it is an address; a link-local one has a zone. */
function peerOf(address: string | undefined): string | null {
  if (address === undefined) return null;
  const zone = address.indexOf('%');
  return withoutMapping(zone < 0 ? address : address.slice(0, zone));
}

/** From the right: each proxy appends the address of its peer. */
function forwardedFor(header: string | string[] | undefined): readonly string[] {
  const entries = [header ?? ''].flat().join(',').split(',');
  return entries.slice(-maxHops).reverse();
}

/**
 * An address as proxies write it: alone, or with a port as in `192.0.2.1:80` and `[2001:db8::1]:80`,
 * in the quotes of RFC 7239, or with a ninth group for the port of an IPv6 address.
 * The zone of a link-local address is dropped. Null for anything else.
 */
function plain(entry: string): string | null {
  const [address = ''] = withoutPort(entry).split('%');
  return canonicalAddress(address);
}

const addressAndPort =
  /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+|(?:[\da-f]{1,4}:){7}[\da-f]{1,4}):\d{1,5})$/i;

/** Without the quotes, the port and the brackets that `entry` may have. */
export function withoutPort(entry: string): string {
  const text = entry.trim().replace(/^"(.*)"$/, '$1');
  const [, bracketed, bare] = addressAndPort.exec(text) ?? [];
  return bracketed ?? bare ?? text;
}

/**
 * One spelling of each address (RFC 5952); IPv4 for an address that IPv6 maps. Null for anything else,
 * and for an address with a zone.
 */
export function canonicalAddress(address: string): string | null {
  switch (address.includes('%') ? 0 : isIP(address)) {
    case 4:
      return address;
    case 6:
      return withoutMapping(new SocketAddress({ address, family: 'ipv6' }).address);
    default:
      return null;
  }
}

/** A server that listens on IPv6 sees IPv4 clients as `::ffff:192.0.2.1`. */
function withoutMapping(address: string): string {
  if (!address.startsWith(':')) return address;
  const [, mapped = address] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  return mapped;
}
