import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';
import type { Config } from '../config.ts';

export interface ClientAddress {
  /** IPv4 or IPv6, without a port or a zone; null where the socket is gone. */
  readonly address: string | null;
  /** Whether a trusted proxy has told it: then it is the client, and no other machine on the way. */
  readonly fromProxy: boolean;
}

/** More proxies in a row than anyone has. */
const maxHops = 20;

/**
 * Where requests come from: the peer of the socket, unless that is one of our own proxies; then what
 * the proxies have written into X-Forwarded-For, from the right for as long as it is one of them that
 * wrote it. What is left of that anyone can have sent.
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
      const told = plain(entry);
      if (told === null) break;
      address = told;
      if (!isProxy(told)) break;
    }
    return { address, fromProxy: address !== peer };
  };
}

/** The system tells it, so it is an address; a link-local one has a zone. */
function peerOf(address: string | undefined): string | null {
  if (address === undefined) return null;
  const zone = address.indexOf('%');
  return withoutMapping(zone < 0 ? address : address.slice(0, zone));
}

/** From the right: each proxy appends whom it heard from. */
function forwardedFor(header: string | string[] | undefined): readonly string[] {
  const entries = [header ?? ''].flat().join(',').split(',');
  return entries.slice(-maxHops).reverse();
}

/** `192.0.2.1:80`, `[2001:db8::1]:80` and `::ffff:192.0.2.1` too. Null for what is no address. */
function plain(entry: string): string | null {
  const [, bracketed, dotted] = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+):\d+)$/.exec(entry.trim()) ?? [];
  const [address = ''] = (bracketed ?? dotted ?? entry.trim()).split('%');
  if (isIP(address) === 0) return null;
  return withoutMapping(address);
}

/** A server that listens on IPv6 sees IPv4 clients as `::ffff:192.0.2.1`. */
export function withoutMapping(address: string): string {
  if (!address.startsWith(':')) return address;
  const [, mapped = address] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  return mapped;
}
