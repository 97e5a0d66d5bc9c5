import type { ServiceCredentials } from './api/credentials.ts';
import type { BackendStatus } from './status.ts';

export interface BackendOptions {
  /** Where the account API is, such as `https://accounts.example.com`. */
  readonly url: string;
  readonly service: ServiceCredentials;
  /**
   * For how many seconds a verdict may be used while the stream of events is cut, from when it was asked
   * for or the stream was last heard. While the stream lives, it plays no part.
   */
  readonly maxStaleSeconds: number;
  /** Verdicts kept in memory, and as many profiles. Default: 100,000, which take some 50 MB. */
  readonly maxTokens?: number;
  /** For how many seconds a profile may be used. Default: 60. Not every change at Okta has an event. */
  readonly profileSeconds?: number;
  /** Names of claims to keep for `customer.claims`. Default: none. */
  readonly claims?: readonly string[];
  /** Custom attributes of the org to read into the profile, by their names in the schema. */
  readonly attributes?: readonly string[];
  /** Milliseconds in which the API has to answer a question. Default: 5,000. */
  readonly timeoutMs?: number;
  /** The protection space in `WWW-Authenticate`. Default: `api`. */
  readonly realm?: string;
  /** For a proxy or certificates of your own. Default: the one of Node. */
  readonly fetch?: typeof fetch;
  /** Called for each change of the state of the stream. */
  readonly onStatus?: (status: BackendStatus) => void;
}

export interface CheckedOptions extends Required<Omit<BackendOptions, 'onStatus'>> {
  readonly onStatus: ((status: BackendStatus) => void) | null;
}

/** @throws TypeError that names the option, and never its value */
export function checkOptions(options: BackendOptions): CheckedOptions {
  const checked: CheckedOptions = {
    ...options,
    url: checkUrl(options.url),
    maxTokens: options.maxTokens ?? 100_000,
    profileSeconds: options.profileSeconds ?? 60,
    claims: options.claims ?? [],
    attributes: options.attributes ?? [],
    timeoutMs: options.timeoutMs ?? 5_000,
    realm: options.realm ?? 'api',
    fetch: options.fetch ?? fetch,
    onStatus: options.onStatus ?? null,
  };
  requireThat(isPositive(checked.maxTokens), 'maxTokens', 'a number above 0');
  requireThat(isPositive(checked.timeoutMs), 'timeoutMs', 'a number above 0');
  requireThat(isCount(checked.maxStaleSeconds), 'maxStaleSeconds', 'a number of seconds');
  requireThat(isCount(checked.profileSeconds), 'profileSeconds', 'a number of seconds');
  requireThat(checked.attributes.every(isName), 'attributes', 'names of GraphQL fields');
  requireThat(/^[\x20\x21\x23-\x5B\x5D-\x7E]*$/.test(checked.realm), 'realm', 'plain ASCII text');
  requireThat(isService(checked.service), 'service', '{ id, secret } or { accessToken }');
  return checked;
}

function checkUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const isPlain = parsed?.username === '' && parsed.password === '' && parsed.search === '';
  requireThat(isPlain && /^https?:$/.test(parsed.protocol), 'url', 'an http or https URL');
  return url.replace(/\/+$/, '');
}

function isService(service: ServiceCredentials): boolean {
  const isSecret = (value: unknown) =>
    typeof value === 'function' || (typeof value === 'string' && value !== '');
  if ('accessToken' in service) return isSecret(service.accessToken);
  // A colon would end the id (RFC 7617 section 2).
  return typeof service.id === 'string' && /^[^:]+$/.test(service.id) && isSecret(service.secret);
}

function isPositive(value: number): boolean {
  return Number.isFinite(value) && value > 0;
}

function isCount(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}

function isName(value: string): boolean {
  return /^[_A-Za-z]\w*$/.test(value);
}

function requireThat(holds: boolean | undefined, name: string, what: string): asserts holds {
  if (holds !== true) throw new TypeError(`The option ${name} has to be ${what}.`);
}
