type Readable = string | (() => string | Promise<string>);

/** A pair of `SERVICE_CLIENTS`, or a client-credentials token of the same issuer. */
export type Service =
  | {
      readonly id: string;
      /** A function is called for each request, so that the secret can be replaced at run time. */
      readonly secret: Readable;
    }
  | { readonly token: Readable };

export interface AccountClientSettings {
  /** Of the GraphQL endpoint, such as `https://accounts.example.com/graphql`. */
  readonly url: string | URL;
  /**
   * The storefront's own credentials. The API takes a shopper's address and device from services alone.
   */
  readonly service: Service;
  /** Default: 10,000. The API answers within its own `REQUEST_TIMEOUT_MS`, which is 10,000 too. */
  readonly timeoutMs?: number;
  /** Default: the global `fetch`, at each call. */
  readonly fetch?: typeof fetch;
  /** Default: `Date.now`. */
  readonly now?: () => number;
}

/** Who the call is about. Nothing of it is kept. */
export interface CallContext {
  /** The customer whose account it is about (`X-Customer-Token`). */
  readonly accessToken?: string | undefined;
  readonly shopper?: ShopperContext | undefined;
  /** Ends the wait, not what a mutation began. */
  readonly signal?: AbortSignal | undefined;
}

/** What Okta and the limits of the API judge the shopper by. */
export interface ShopperContext {
  /** IPv4 or IPv6, alone. */
  readonly address?: string | undefined;
  readonly userAgent?: string | undefined;
  /** As in `Accept-Language`. */
  readonly language?: string | undefined;
  /** Random, the same at every visit: at most 32 characters reach Okta as they are. */
  readonly device?: string | undefined;
}

/** Why the settings cannot be used, or null. Names no secret. */
export function problemOf({ url, service, timeoutMs }: AccountClientSettings): string | null {
  if (!URL.canParse(String(url))) return 'url is not a URL';
  const { protocol, username, password } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') return 'url is neither https nor http';
  if (username !== '' || password !== '') return 'url holds credentials: use service';
  if ('id' in service && (service.id === '' || service.id.includes(':'))) {
    return 'service.id is empty or has a colon, which HTTP Basic does not allow';
  }
  if (timeoutMs !== undefined && !(timeoutMs > 0)) return 'timeoutMs is not a positive number';
  return null;
}
