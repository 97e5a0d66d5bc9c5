import { AccountApiError } from '../client/errors.ts';
import type { CallContext } from '../client/settings.ts';
import { type Condition, type DegradedReason, signedIn, signedOut } from './condition.ts';
import { longestMaxAgeSeconds, parseCookies, setCookie } from './cookies.ts';
import { degradedHeader, type Exchange, isSecure } from './exchange.ts';
import type { Refresh } from './refresher.ts';
import type { SealedCookie } from './sealed-cookie.ts';
import type { checkSettings } from './settings.ts';
import { shopperOf } from './shopper.ts';
import type { StoredStep } from './steps.ts';
import type { SessionTokens } from './tokens.ts';

/** What all sessions of a storefront share. */
export interface Shared extends ReturnType<typeof checkSettings> {
  readonly tokens: SealedCookie<SessionTokens>;
  readonly steps: SealedCookie<StoredStep>;
  readonly refresh: Refresh;
  /** The API's clock, as far as it is known. */
  readonly clock: () => number;
}

/** Refreshed sooner than it expires, by this. */
const earlyMs = 60_000;
const uncached = { 'cache-control': 'private, no-store', vary: 'Cookie' } as const;

/** A session within one exchange. The classes around it keep it from being printed or serialized. */
export class SessionCore {
  readonly shared: Shared;
  readonly exchange: Exchange;
  condition: Condition = signedOut('NO_SESSION');
  #tokens: SessionTokens | null = null;
  readonly #cookies: ReadonlyMap<string, string>;
  readonly #secure: boolean;
  #device: string | undefined;
  #step: StoredStep | null | undefined;

  constructor(shared: Shared, exchange: Exchange) {
    this.shared = shared;
    this.exchange = exchange;
    this.#cookies = parseCookies(exchange.headers.get('cookie'));
    this.#secure = isSecure(exchange, shared.origins);
    const device = this.#cookies.get(this.#deviceCookie);
    this.#device = /^[\da-f]{32}$/.test(device ?? '') ? device : undefined;
  }

  /** Reads the cookie. Asks the API nothing. */
  async load(): Promise<void> {
    const read = await this.shared.tokens.read(this.#cookies, this.#secure);
    switch (read.kind) {
      case 'none':
        return;
      case 'open':
        this.#tokens = read.value;
        this.condition = signedIn;
        return;
      case 'closed':
        this.condition =
          read.problem === 'NO_DECOMPRESSION'
            ? { state: 'degraded', reason: read.problem }
            : signedOut(read.problem);
        return;
      case 'torn':
        this.condition = read.settling
          ? { state: 'degraded', reason: 'TORN_COOKIE' }
          : signedOut('TORN_COOKIE');
    }
  }

  /** The access token while it is good; null otherwise. */
  get accessToken(): string | null {
    return this.#remainingMs > 0 ? (this.#tokens?.accessToken ?? null) : null;
  }

  get refreshToken(): string | null {
    return this.#tokens?.refreshToken ?? null;
  }

  get #remainingMs(): number {
    return (this.#tokens?.expiresAt ?? 0) - this.shared.clock();
  }

  /** Where no cookie can be set: an expired token counts as none. */
  withoutRefresh(): void {
    if (this.#tokens === null || this.accessToken !== null) return;
    this.#tokens = null;
    const reason = this.exchange.headers.get(degradedHeader);
    this.condition =
      reason === null
        ? signedOut('EXPIRED_READ_ONLY')
        : { state: 'degraded', reason: reason as DegradedReason };
  }

  /** @param force although the token has not expired: the API does not take it */
  async refresh(force: boolean): Promise<void> {
    const { refreshToken } = this;
    if (this.#tokens === null || !(force || this.#remainingMs < earlyMs)) return;
    if (refreshToken === null) {
      if (this.accessToken === null || force) this.#end(signedOut('EXPIRED'));
      return;
    }
    const outcome = await this.shared.refresh(refreshToken, this.context().shopper ?? {});
    if (outcome.kind === 'renewed') {
      const kept = await this.keep(outcome.tokens);
      if (!kept) this.condition = { state: 'degraded', reason: 'SESSION_TOO_LARGE' };
    } else if (outcome.kind === 'rejected') {
      this.forget(signedOut('REFRESH_TOKEN_REJECTED'));
    } else {
      const { reason, retryAfterSeconds } = outcome;
      this.condition = { state: 'degraded', reason, retryAfterSeconds };
    }
  }

  /** False for tokens that do not fit into cookies: nothing is set then. */
  async keep(tokens: SessionTokens): Promise<boolean> {
    const now = this.shared.now();
    const expiresAt =
      tokens.refreshToken === null
        ? now + Math.max(0, tokens.expiresAt - this.shared.clock())
        : now + this.shared.maxAgeMs;
    const lines = await this.shared.tokens.write(tokens, expiresAt, this.#secure);
    if (lines === null) return false;
    this.#tokens = tokens;
    this.condition = signedIn;
    this.#write(lines);
    return true;
  }

  /** Deletes the cookie. */
  forget(condition: Condition): void {
    this.#end(condition);
    this.#write(this.shared.tokens.clear(this.#secure));
  }

  #end(condition: Condition): void {
    this.#tokens = null;
    this.condition = condition;
  }

  async step(): Promise<StoredStep | null> {
    if (this.#step === undefined) {
      const read = await this.shared.steps.read(this.#cookies, this.#secure);
      this.#step = read.kind === 'open' ? read.value : null;
    }
    return this.#step;
  }

  /** @throws Error for a step that two cookies do not hold, which no answer of the API is */
  async keepStep(stored: StoredStep, expiresAt: number): Promise<void> {
    const ahead = this.shared.clock() - this.shared.now();
    const lines = await this.shared.steps.write(stored, expiresAt - ahead, this.#secure);
    if (lines === null) throw new AccountApiError('INCOMPATIBLE', { operation: 'step' });
    this.#step = stored;
    this.#write(lines);
  }

  async endStep(): Promise<void> {
    if ((await this.step()) === null) return;
    this.#step = null;
    this.#write(this.shared.steps.clear(this.#secure));
  }

  /** What a call to the API says of the shopper. */
  context(accessToken?: string): CallContext {
    const { trustedHops } = this.shared;
    return { accessToken, shopper: shopperOf(this.exchange, trustedHops, this.#device) };
  }

  /** Names the device from the first attempt on. A visit alone sets no cookie. */
  nameDevice(): void {
    if (this.#device !== undefined) return;
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    this.#device = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    const attributes = { secure: this.#secure, maxAgeSeconds: longestMaxAgeSeconds };
    this.#write([setCookie(this.#deviceCookie, this.#device, attributes)]);
  }

  get #deviceCookie(): string {
    return `${this.#secure ? '__Host-' : ''}${this.shared.name}-device`;
  }

  #write(lines: readonly string[]): void {
    this.exchange.write?.(lines, uncached);
  }
}
