import type { AccountClient } from '../client/create-account-client.ts';

export interface SessionSettings {
  readonly client: AccountClient;
  /**
   * 32 random bytes each, in base64, base64url or hexadecimal: the first seals, all of them open. To
   * replace a key put the new one in front, and take the old one out when `maxAgeSeconds` have passed.
   */
  readonly keys: readonly string[];
  readonly cookie?: {
    /** Default: `account`. The browser sees `__Host-account`, `__Host-account-step` and so on. */
    readonly name?: string;
    /**
     * How long a session lasts without a visit. Default: 30 days, at most 400. Okta may end it sooner.
     */
    readonly maxAgeSeconds?: number;
  };
  /**
   * How many proxies stand between the shopper and the storefront, each of which appends to
   * X-Forwarded-For. 0: the address of the socket, or none where the framework does not tell it.
   */
  readonly trustedHops: number;
  /**
   * Origins whose pages may change an account, such as `https://shop.example`. Default: the host that
   * the request was sent to.
   */
  readonly origins?: readonly string[];
  /** Default: `Date.now`. */
  readonly now?: () => number;
}

const defaultMaxAgeSeconds = 30 * 24 * 60 * 60;

/** With its defaults. @throws TypeError for what cannot work */
export function checkSettings(settings: SessionSettings) {
  const { client, keys, cookie = {}, trustedHops, origins = [], now = Date.now } = settings;
  const { name = 'account', maxAgeSeconds = defaultMaxAgeSeconds } = cookie;
  const refuse = (problem: string) => new TypeError(`createSession: ${problem}.`);
  if (!/^[\w-]{1,40}$/.test(name))
    throw refuse('cookie.name is not 1 to 40 letters, digits, - or _');
  if (!(maxAgeSeconds > 0)) throw refuse('cookie.maxAgeSeconds is not a positive number');
  if (!Number.isInteger(trustedHops) || trustedHops < 0) {
    throw refuse('trustedHops is not a whole number of proxies');
  }
  const wrong = origins.find(
    (origin) => !URL.canParse(origin) || new URL(origin).origin !== origin,
  );
  if (wrong !== undefined) {
    throw refuse(`"${wrong}" in origins is no origin, such as https://shop.example`);
  }
  return { client, keys, name, maxAgeMs: maxAgeSeconds * 1000, trustedHops, origins, now };
}
