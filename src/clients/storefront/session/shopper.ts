import type { ShopperContext } from '../client/settings.ts';
import type { Exchange } from './exchange.ts';

/** Who sent the request, as far as it can be trusted. @param device of the device cookie */
export function shopperOf(
  exchange: Exchange,
  trustedHops: number,
  device: string | undefined,
): ShopperContext {
  const { headers } = exchange;
  return {
    address: addressOf(exchange, trustedHops),
    userAgent: headers.get('user-agent') ?? undefined,
    language: headers.get('accept-language') ?? undefined,
    device,
  };
}

/**
 * Each proxy appends the address of its peer to X-Forwarded-For, so with n trusted proxies the shopper
 * is the n-th entry from the right. What stands to the left of it may be made up. Undefined where the
 * list is shorter: then the request did not come through all of them.
 */
function addressOf(exchange: Exchange, trustedHops: number): string | undefined {
  if (trustedHops === 0) return plainAddress(exchange.address ?? '');
  const entries = (exchange.headers.get('x-forwarded-for') ?? '').split(',');
  return plainAddress(entries.at(-trustedHops) ?? '');
}

/** Without port, brackets, zone and the prefix of IPv4 in IPv6; undefined for what is no address. */
function plainAddress(entry: string): string | undefined {
  const text = entry.trim().replace(/^"(.*)"$/, '$1');
  const [, bracketed] = /^\[([^\]]+)\](?::\d+)?$/.exec(text) ?? [];
  const [, beforePort] = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text) ?? [];
  const [address = ''] = (bracketed ?? beforePort ?? text).split('%');
  const unmapped = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return /^(\d{1,3}(\.\d{1,3}){3}|[\da-f]*:[\da-f:.]+)$/i.test(unmapped) ? unmapped : undefined;
}
