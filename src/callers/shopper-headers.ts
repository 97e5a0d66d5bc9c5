import type { IncomingHttpHeaders } from 'node:http';
import type { Shopper } from '../identity/model.ts';
import { canonicalAddress, withoutPort } from './client-address.ts';

/** The header for each part of the shopper's context. */
const headerOf = {
  clientIp: 'x-client-ip',
  userAgent: 'x-client-user-agent',
  deviceId: 'x-device-id',
  language: 'accept-language',
} as const satisfies Record<keyof Shopper, string>;
export type ShopperHeader = (typeof headerOf)[keyof Shopper];

export interface ShopperClaim {
  /** Null where there is none. */
  readonly shopper: Shopper | null;
  /** Sent and malformed. Only these are dropped: a shopper's odd browser is no reason to refuse. */
  readonly malformed: readonly ShopperHeader[];
}

/** Printable ASCII: no line break that could end the header, nothing that Okta might read otherwise. */
const printable = /^[ -~]+$/;
const languageRanges = /^[\w*;=,. -]+$/;

/** The value to use, or null for a malformed one. */
const readers: Readonly<Record<keyof Shopper, (value: string) => string | null>> = {
  clientIp: readAddress,
  userAgent: (value) => (value.length <= 1024 && printable.test(value) ? value : null),
  deviceId: (value) => (value.length <= 256 && printable.test(value) ? value : null),
  language: (value) => (value.length <= 256 && languageRanges.test(value) ? value : null),
};

/**
 * One address, with a port or in brackets where the caller's proxy wrote it so. A list is malformed:
 * anyone may have written its first entry. So is a zone, which means something on one machine only.
 */
function readAddress(value: string): string | null {
  return canonicalAddress(withoutPort(value));
}

/**
 * Reads the headers; whether they are used depends on the caller. Accept-Language alone does not make a
 * shopper, since browsers and HTTP libraries send it by default.
 */
export function readShopper(headers: IncomingHttpHeaders): ShopperClaim {
  const malformed: ShopperHeader[] = [];
  const read = (part: keyof Shopper): string | null => {
    const value = headers[headerOf[part]];
    if (value === undefined || value === '') return null;
    const good = typeof value === 'string' ? readers[part](value) : null;
    if (good === null) malformed.push(headerOf[part]);
    return good;
  };
  const clientIp = read('clientIp');
  const userAgent = read('userAgent');
  const deviceId = read('deviceId');
  if (clientIp === null && userAgent === null && deviceId === null) {
    return { shopper: null, malformed };
  }
  const language = read('language');
  return { shopper: { clientIp, userAgent, deviceId, language }, malformed };
}

/** The headers that a claim was read from. */
export function headersOf(shopper: Shopper): readonly ShopperHeader[] {
  const parts = ['clientIp', 'userAgent', 'deviceId', 'language'] as const;
  return parts.filter((part) => shopper[part] !== null).map((part) => headerOf[part]);
}
