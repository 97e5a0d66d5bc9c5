import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { createRunToCompletion } from '../async/run-to-completion.ts';
import { timeoutError } from '../async/timeout.ts';
import { untilAborted } from '../async/until-aborted.ts';
import { areTooLong, TokenTooLong } from '../identity/access-token.ts';
import { RefreshTokenRejected, UpstreamUnavailable } from '../identity/errors.ts';
import type { CallContext, Tokens } from '../identity/model.ts';
import type { IdentityProvider } from '../identity/port.ts';
import type { Answer, Ledger } from './ledger.ts';
import type { Owner } from './session-ends.ts';

export interface Refreshed {
  readonly tokens: Tokens;
  /** The refresh was made for another caller, who sent the same token before. */
  readonly replayed: boolean;
}

/**
 * Refreshes and ends sessions, so that racing callers (tabs, renderers, retries) never lose one: the
 * provider accepts a rotated refresh token once, and takes a second use for theft.
 */
export interface Refreshes {
  /**
   * @throws RefreshTokenRejected, the only error that ends the session; RateLimited and
   *   UpstreamUnavailable, after which the same token may be tried again. UpstreamUnavailable also
   *   stands for tokens that are too long to be used; a retry within the grace window refreshes again
   */
  refresh(refreshToken: string, call: CallContext): Promise<Refreshed>;
  /**
   * Revokes the token and its successor, also that of a refresh in flight. Succeeds for unknown,
   * expired and revoked tokens too.
   */
  end(refreshToken: string, call: CallContext): Promise<void>;
  /** The owner of its session, if it was used within the grace window; null otherwise. */
  ownerOf(refreshToken: string): Promise<Owner | null>;
  /** Resolves when no refresh is in flight, including those whose callers are gone. */
  settled(): Promise<void>;
  /** Since the start. */
  stats(): RefreshStats;
}

export interface RefreshStats {
  /** Made by the provider. */
  readonly made: number;
  /** Answered with the result for another caller with the same token. */
  readonly replayed: number;
  /** Refused, or not answered by the provider. */
  readonly failed: number;
}

interface Options {
  readonly identity: Pick<IdentityProvider, 'refresh' | 'revoke'>;
  readonly ledger: Ledger;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** The longest wait for another process. */
  readonly deadlineMs: number;
}

/** Polling interval for the answer of another process. */
const pollMs = 25;

export function createRefreshes(options: Options): Refreshes {
  const { identity, ledger } = options;
  const { runToCompletion, settled } = createRunToCompletion();
  /** By refresh token. All callers of this process share one refresh. */
  const inFlight = new Map<string, Promise<Refreshed>>();
  const counts = { made: 0, replayed: 0, failed: 0 };
  const counted = async (refreshing: Promise<Refreshed>): Promise<Refreshed> => {
    try {
      const refreshed = await refreshing;
      counts[refreshed.replayed ? 'replayed' : 'made'] += 1;
      return refreshed;
    } catch (error) {
      counts.failed += 1;
      throw error;
    }
  };

  return {
    settled,
    stats: () => ({ ...counts }),

    async refresh(refreshToken, call) {
      const joined = inFlight.get(refreshToken);
      if (joined !== undefined) {
        counts.replayed += 1;
        return { ...(await untilAborted(joined, call.signal)), replayed: true };
      }
      // Other callers share it, so it must outlive this one.
      return runToCompletion(call, (ownContext) => {
        const made = counted(refreshOnce(options, refreshToken, ownContext)).finally(() =>
          inFlight.delete(refreshToken),
        );
        inFlight.set(refreshToken, made);
        return made;
      });
    },

    async end(refreshToken, call) {
      // Recorded before the call to Okta, so that a refresh in flight either sees the end or has
      // completed and is found here.
      const tokens = await endChain(ledger, refreshToken);
      await Promise.all(tokens.map((token) => identity.revoke(token, 'refresh_token', call)));
    },

    async ownerOf(refreshToken) {
      const standing = await ledger.look(refreshToken);
      return standing.kind === 'answered' ? standing.tokens.owner : null;
    },
  };
}

async function refreshOnce(
  options: Options,
  refreshToken: string,
  call: CallContext,
): Promise<Refreshed> {
  const { ledger, deadlineMs } = options;
  const lease = randomUUID();
  const endsAt = performance.now() + deadlineMs;
  for (let followed: string | null = null; performance.now() < endsAt; await wait(pollMs)) {
    const claim = await ledger.claim(refreshToken, { lease, followed });
    switch (claim.kind) {
      case 'claimed':
        return {
          tokens: requireUsable(await askProvider(options, { refreshToken, lease }, call)),
          replayed: false,
        };
      case 'answered': {
        const tokens = await newest(options, refreshToken, claim);
        const successor = areTooLong(tokens) ? successorOf(refreshToken, tokens) : null;
        // No caller got the successor, so it can be refreshed for this one.
        if (successor !== null) return refreshOnce(options, successor, call);
        return { tokens: requireUsable(tokens), replayed: true };
      }
      case 'ended':
        throw new RefreshTokenRejected('LOGGED_OUT');
      case 'failed':
        throw claim.error;
      case 'underway':
        followed = claim.lease;
    }
  }
  throw timeoutError('The wait for another process timed out.');
}

/** @throws UpstreamUnavailable for tokens that are too long for this API to accept */
function requireUsable(tokens: Tokens): Tokens {
  if (areTooLong(tokens)) throw new UpstreamUnavailable({ cause: new TokenTooLong() });
  return tokens;
}

async function askProvider(
  options: Options,
  { refreshToken, lease }: { readonly refreshToken: string; readonly lease: string },
  call: CallContext,
): Promise<Tokens> {
  const { identity, ledger } = options;
  const begunAt = options.now();
  const tokens = await identity.refresh(refreshToken, call).catch(async (refusal: unknown) => {
    const error = await explainRejection(ledger, refreshToken, refusal);
    await ledger.fail(refreshToken, { lease, error });
    throw error;
  });
  const settled = await ledger.publish(refreshToken, { lease, tokens, begunAt });
  if (settled.kind === 'answered' && !(await sessionEnded(settled, options))) return settled.tokens;
  // No caller got the successor, so it cannot be used even if this call fails.
  await identity
    .revoke(tokens.refreshToken ?? refreshToken, 'refresh_token', call)
    .catch(() => undefined);
  throw new RefreshTokenRejected('LOGGED_OUT');
}

/** The provider gives no reason, but an earlier log-out is recorded here. */
async function explainRejection(
  ledger: Ledger,
  refreshToken: string,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof RefreshTokenRejected)) return error;
  const { kind } = await ledger.look(refreshToken);
  return kind === 'ended' ? new RefreshTokenRejected('LOGGED_OUT') : error;
}

/** The latest tokens of the session, since the successor may have been used or revoked by now. */
async function newest(options: Options, usedToken: string, answer: Answer): Promise<Tokens> {
  if (await sessionEnded(answer, options)) throw new RefreshTokenRejected('LOGGED_OUT');
  const { tokens } = answer;
  const successor = successorOf(usedToken, tokens);
  if (successor === null) return tokens;
  const standing = await options.ledger.look(successor);
  if (standing.kind === 'ended') throw new RefreshTokenRejected('LOGGED_OUT');
  return standing.kind === 'open' ? tokens : newest(options, successor, standing);
}

/** Whether the session was ended since the refresh started, alone or with others of the account. */
async function sessionEnded(
  { tokens: { owner }, begunAt }: Answer,
  { ledger }: Pick<Options, 'ledger'>,
): Promise<boolean> {
  // Without an owner, the refresh cannot be matched with an end elsewhere.
  return owner !== null && ledger.isEnded(owner, begunAt);
}

/** Ends the token and its successors, so that none of them gets an answer. @returns all, in order */
async function endChain(ledger: Ledger, refreshToken: string): Promise<readonly string[]> {
  const answer = await ledger.end(refreshToken);
  const successor = answer && successorOf(refreshToken, answer);
  return successor === null
    ? [refreshToken]
    : [refreshToken, ...(await endChain(ledger, successor))];
}

/** Null without rotation, when the token stays the same. */
function successorOf(usedToken: string, { refreshToken }: Tokens): string | null {
  return refreshToken === usedToken ? null : refreshToken;
}
