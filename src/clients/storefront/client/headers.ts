import type { CallContext, Service, ShopperContext } from './settings.ts';

/** No line break or other control character, and within Latin-1, as `fetch` demands. */
const sendable = /^[\x20-\x7e]+$/;

/** The headers of one call. @throws what `service` throws */
export async function headersOf(service: Service, context: CallContext): Promise<Headers> {
  const headers = new Headers({
    accept: 'application/json',
    'content-type': 'application/json',
    authorization: await authorizationOf(service),
  });
  if (context.accessToken !== undefined) headers.set('x-customer-token', context.accessToken);
  for (const [name, value] of shopperHeaders(context.shopper ?? {})) headers.set(name, value);
  return headers;
}

/** Plain RFC 7617, in UTF-8, which `btoa` alone cannot do. */
async function authorizationOf(service: Service): Promise<string> {
  if ('token' in service) return `Bearer ${await read(service.token)}`;
  const bytes = new TextEncoder().encode(`${service.id}:${await read(service.secret)}`);
  return `Basic ${btoa(String.fromCodePoint(...bytes))}`;
}

function read(value: string | (() => string | Promise<string>)): string | Promise<string> {
  return typeof value === 'string' ? value : value();
}

/** A part that the API would not take is left out: an odd browser is no reason to fail. */
function shopperHeaders(shopper: ShopperContext): readonly (readonly [string, string])[] {
  const parts = [
    ['x-client-ip', shopper.address, 64],
    ['x-client-user-agent', shopper.userAgent, 1024],
    ['x-device-id', shopper.device, 256],
    ['accept-language', shopper.language, 256],
  ] as const;
  return parts.flatMap(([name, value, longest]) => {
    const usable = value !== undefined && value.length <= longest && sendable.test(value);
    return usable ? [[name, value] as const] : [];
  });
}
