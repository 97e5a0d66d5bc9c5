import type { AccountClient } from '../client/create-account-client.ts';
import { AccountApiError } from '../client/errors.ts';
import type { ShopperContext } from '../client/settings.ts';
import type { DegradedReason } from './condition.ts';
import { type SessionTokens, tokensOf } from './tokens.ts';

export type RefreshOutcome =
  | { readonly kind: 'renewed'; readonly tokens: SessionTokens }
  | { readonly kind: 'rejected' }
  | {
      readonly kind: 'failed';
      readonly reason: DegradedReason;
      readonly retryAfterSeconds: number | undefined;
    };

/** Refreshes a token once for all requests of this process that come meanwhile. Never rejects. */
export type Refresh = (refreshToken: string, shopper: ShopperContext) => Promise<RefreshOutcome>;

/** After a failure, so that an API that hangs does not hold up each page that a shopper opens. */
const pauseMs = 2_000;
const longestPauseMs = 30_000;
/** Failures to remember, of as many shoppers. */
const mostFailures = 1_000;

interface Entry {
  readonly outcome: Promise<RefreshOutcome>;
  /** Until when the outcome counts. */
  until: number;
}

/** Across processes the API joins refreshes of one token, and gives late ones the same successor. */
export function createRefresher(client: AccountClient, now: () => number): Refresh {
  const entries = new Map<string, Entry>();

  function start(refreshToken: string, shopper: ShopperContext): Entry {
    const outcome = ask(client, refreshToken, shopper);
    const entry: Entry = { outcome, until: Number.POSITIVE_INFINITY };
    entries.set(refreshToken, entry);
    void outcome.then((result) => {
      if (result.kind !== 'failed') entries.delete(refreshToken);
      else entry.until = now() + pauseOf(result.retryAfterSeconds);
    });
    return entry;
  }

  return (refreshToken, shopper) => {
    if (entries.size > mostFailures) {
      for (const [token, { until }] of entries) if (until <= now()) entries.delete(token);
    }
    const known = entries.get(refreshToken);
    const entry = known !== undefined && known.until > now() ? known : start(refreshToken, shopper);
    return entry.outcome;
  };
}

function pauseOf(retryAfterSeconds: number | undefined): number {
  return Math.min((retryAfterSeconds ?? 0) * 1000 || pauseMs, longestPauseMs);
}

/** Only one answer means that the session has ended; any other keeps it. */
async function ask(
  client: AccountClient,
  refreshToken: string,
  shopper: ShopperContext,
): Promise<RefreshOutcome> {
  try {
    const result = await client.refreshToken({ refreshToken }, { shopper });
    switch (result.__typename) {
      case 'RefreshTokenSuccess':
        return { kind: 'renewed', tokens: tokensOf(result.tokens) };
      case 'RefreshTokenRejected':
        return { kind: 'rejected' };
      case 'RateLimited':
        return failed(result.code, result.retryAfterSeconds);
      default:
        return failed((result as { code?: string }).code ?? 'INCOMPATIBLE');
    }
  } catch (error) {
    if (!(error instanceof AccountApiError)) return failed('INTERNAL');
    return failed(error.code, error.retryAfterSeconds);
  }
}

function failed(reason: DegradedReason, retryAfterSeconds?: number): RefreshOutcome {
  return { kind: 'failed', reason, retryAfterSeconds };
}
