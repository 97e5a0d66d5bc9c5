import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import type { Shopper } from '../identity/model.ts';
import { withoutMapping } from './client-address.ts';

/** By which header a frontend server tells what of its shopper. */
const headerOf = {
  clientIp: 'x-client-ip',
  userAgent: 'x-client-user-agent',
  deviceId: 'x-device-id',
  language: 'accept-language',
} as const satisfies Record<keyof Shopper, string>;
export type ShopperHeader = (typeof headerOf)[keyof Shopper];

export interface ShopperClaim {
  /** Null where there is nothing to tell. */
  readonly shopper: Shopper | null;
  /** Sent, and no good: dropped one by one, since a shopper's odd browser is no reason to refuse. */
  readonly malformed: readonly ShopperHeader[];
}

/** Printable ASCII: no line break that could end the header, nothing that Okta might read otherwise. */
const printable = /^[ -~]+$/;
const languageRanges = /^[\w*;=,. -]+$/;

const accepts: Readonly<Record<keyof Shopper, (value: string) => boolean>> = {
  // `%` begins the zone of a link-local address, which means something on one machine only.
  clientIp: (value) => isIP(value) !== 0 && !value.includes('%'),
  userAgent: (value) => value.length <= 1024 && printable.test(value),
  deviceId: (value) => value.length <= 256 && printable.test(value),
  language: (value) => value.length <= 256 && languageRanges.test(value),
};

/**
 * What the headers claim; whether it counts depends on who sent them. Accept-Language alone claims
 * nothing: browsers and HTTP libraries send it of their own accord.
 */
export function readShopper(headers: IncomingHttpHeaders): ShopperClaim {
  const malformed: ShopperHeader[] = [];
  const read = (part: keyof Shopper): string | null => {
    const value = headers[headerOf[part]];
    if (value === undefined || value === '') return null;
    if (typeof value === 'string' && accepts[part](value)) return value;
    malformed.push(headerOf[part]);
    return null;
  };
  const clientIp = read('clientIp');
  const userAgent = read('userAgent');
  const deviceId = read('deviceId');
  if (clientIp === null && userAgent === null && deviceId === null) {
    return { shopper: null, malformed };
  }
  const language = read('language');
  return {
    shopper: { clientIp: clientIp && withoutMapping(clientIp), userAgent, deviceId, language },
    malformed,
  };
}

/** The headers that a claim was read from. */
export function headersOf(shopper: Shopper): readonly ShopperHeader[] {
  const parts = ['clientIp', 'userAgent', 'deviceId', 'language'] as const;
  return parts.filter((part) => shopper[part] !== null).map((part) => headerOf[part]);
}
