import { SessionCore, type Shared } from './core.ts';
import { type Exchange, readOnly, type WritableExchange } from './exchange.ts';
import { createRefresher } from './refresher.ts';
import { createSeal } from './seal.ts';
import { createSealedCookie } from './sealed-cookie.ts';
import { Session } from './session.ts';
import { checkSettings, type SessionSettings } from './settings.ts';
import type { StoredStep } from './steps.ts';
import type { SessionTokens } from './tokens.ts';
import { WritableSession } from './writable-session.ts';

/** The sessions of a storefront. One for the whole program: it holds no shopper's data. */
export interface Sessions {
  /**
   * The session of a request, refreshed if it is due. Never throws for what a browser, the API or Okta
   * does: `state` and `reason` say what is wrong.
   */
  open(exchange: WritableExchange): Promise<WritableSession>;
  /** Where no cookie can be set: read only, and never refreshed, since the new token would be lost. */
  open(exchange: Exchange): Promise<Session>;
  /** The same, of a web request or its headers. */
  get(source: Request | Headers): Promise<Session>;
}

/** @throws TypeError for settings that cannot work; it names no key */
export function createSession(settings: SessionSettings): Sessions {
  const checked = checkSettings(settings);
  const { client, keys, name, now } = checked;
  const seal = createSeal(keys);
  const shared: Shared = {
    ...checked,
    tokens: createSealedCookie<SessionTokens>('session', name, seal, now),
    steps: createSealedCookie<StoredStep>('step', `${name}-step`, seal, now),
    refresh: createRefresher(client, now),
    clock: () => now() + client.clockAhead(),
  };

  async function open(exchange: WritableExchange): Promise<WritableSession>;
  async function open(exchange: Exchange): Promise<Session>;
  async function open(exchange: Exchange): Promise<Session> {
    const core = new SessionCore(shared, exchange);
    await core.load();
    if (exchange.write === undefined) {
      core.withoutRefresh();
      return new Session(core);
    }
    await core.refresh(false);
    return new WritableSession(core);
  }
  return { open, get: (source) => open(readOnly(source)) };
}
