/** A text, or a function that reads it whenever it is needed, so that it can be replaced meanwhile. */
export type Secret = string | (() => string | Promise<string>);

/** How this backend authenticates at the account API. */
export type ServiceCredentials =
  /** HTTP Basic (RFC 7617), as in `SERVICE_CLIENTS` of the API. */
  | { readonly id: string; readonly secret: Secret }
  /** A token of the service itself, by client credentials (RFC 6749 section 4.4). */
  | { readonly accessToken: Secret };

/** The value of the `Authorization` header. @throws what the function that reads the secret throws */
export async function authorizationOf(service: ServiceCredentials): Promise<string> {
  if ('accessToken' in service) return `Bearer ${await read(service.accessToken)}`;
  const secret = await read(service.secret);
  return `Basic ${Buffer.from(`${service.id}:${secret}`).toString('base64')}`;
}

function read(secret: Secret): string | Promise<string> {
  return typeof secret === 'string' ? secret : secret();
}
