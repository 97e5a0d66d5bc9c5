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
  /** The refresh was made for another caller who came with the same token a moment ago. */
  readonly replayed: boolean;
}

/**
 * Refreshing and ending sessions such that callers who race (tabs, renderers, retries) never lose
 * one: the provider takes a rotated refresh token once, and holds a second use for theft.
 */
export interface Refreshes {
  /**
   * @throws RefreshTokenRejected, the only error that ends the session; RateLimited and
   *   UpstreamUnavailable, after which the same token may be tried again. Tokens that are too long to
   *   be used are UpstreamUnavailable too: within the grace window the same token goes on from them
   */
  refresh(refreshToken: string, call: CallContext): Promise<Refreshed>;
  /**
   * Revokes the token, and the successor that a refresh has given or is about to give. Succeeds for
   * unknown and ended tokens too.
   */
  end(refreshToken: string, call: CallContext): Promise<void>;
  /** The owner of its session, where it was used within the grace window; null: not known here. */
  ownerOf(refreshToken: string): Promise<Owner | null>;
  /** Resolves when no refresh is under way, even for callers who have gone. */
  settled(): Promise<void>;
  /** Since the start. */
  stats(): RefreshStats;
}

export interface RefreshStats {
  /** By the provider. */
  readonly made: number;
  /** Given to a caller who came after another with the same token. */
  readonly replayed: number;
  /** Refused, or the provider has not answered. */
  readonly failed: number;
}

interface Options {
  readonly identity: Pick<IdentityProvider, 'refresh' | 'revoke'>;
  readonly ledger: Ledger;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How long to wait at most for another process. */
  readonly deadlineMs: number;
}

/** How often to look for the answer of another process. */
const pollMs = 25;

export function createRefreshes(options: Options): Refreshes {
  const { identity, ledger } = options;
  const { runToCompletion, settled } = createRunToCompletion();
  /** By refresh token; every caller of this process waits for the same one. */
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
      // Others wait for it, so it must outlive this caller.
      return runToCompletion(call, (ownContext) => {
        const made = counted(refreshOnce(options, refreshToken, ownContext)).finally(() =>
          inFlight.delete(refreshToken),
        );
        inFlight.set(refreshToken, made);
        return made;
      });
    },

    async end(refreshToken, call) {
      // Recorded before Okta is asked: a refresh in flight then sees the end, or has completed and
      // shows here.
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
          tokens: usable(await askProvider(options, { refreshToken, lease }, call)),
          replayed: false,
        };
      case 'answered': {
        const tokens = await newest(options, refreshToken, claim);
        const successor = areTooLong(tokens) ? successorOf(refreshToken, tokens) : null;
        // The successor was not handed out, so this caller goes on from it.
        if (successor !== null) return refreshOnce(options, successor, call);
        return { tokens: usable(tokens), replayed: true };
      }
      case 'ended':
        throw new RefreshTokenRejected('LOGGED_OUT');
      case 'failed':
        throw claim.error;
      case 'underway':
        followed = claim.lease;
    }
  }
  throw timeoutError('The wait for another process is out of time.');
}

/** Tokens that are too long for this API to accept are not handed out. */
function usable(tokens: Tokens): Tokens {
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
    const error = await namingLogOut(ledger, refreshToken, refusal);
    await ledger.fail(refreshToken, { lease, error });
    throw error;
  });
  const settled = await ledger.publish(refreshToken, { lease, tokens, begunAt });
  if (settled.kind === 'answered' && !(await isOver(settled, options))) return settled.tokens;
  // The successor was not handed out, so it cannot be used even if Okta fails here.
  await identity
    .revoke(tokens.refreshToken ?? refreshToken, 'refresh_token', call)
    .catch(() => undefined);
  throw new RefreshTokenRejected('LOGGED_OUT');
}

/** The provider does not say why; a log-out that came first is known here. */
async function namingLogOut(
  ledger: Ledger,
  refreshToken: string,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof RefreshTokenRejected)) return error;
  const { kind } = await ledger.look(refreshToken);
  return kind === 'ended' ? new RefreshTokenRejected('LOGGED_OUT') : error;
}

/** The successor may have been used or ended by now, and is then no better than the used token. */
async function newest(options: Options, usedToken: string, answer: Answer): Promise<Tokens> {
  if (await isOver(answer, options)) throw new RefreshTokenRejected('LOGGED_OUT');
  const { tokens } = answer;
  const successor = successorOf(usedToken, tokens);
  if (successor === null) return tokens;
  const standing = await options.ledger.look(successor);
  if (standing.kind === 'ended') throw new RefreshTokenRejected('LOGGED_OUT');
  return standing.kind === 'open' ? tokens : newest(options, successor, standing);
}

/** Whether the session was ended by name or with others of the account, since the refresh began. */
async function isOver(
  { tokens: { owner }, begunAt }: Answer,
  { ledger }: Pick<Options, 'ledger'>,
): Promise<boolean> {
  // Without an owner, an end of the session elsewhere cannot reach the refresh.
  return owner !== null && ledger.isEnded(owner, begunAt);
}

/** Ends the token and its successors, so that none of them gets an answer. @returns them, in order */
async function endChain(ledger: Ledger, refreshToken: string): Promise<readonly string[]> {
  const answer = await ledger.end(refreshToken);
  const successor = answer && successorOf(refreshToken, answer);
  return successor === null
    ? [refreshToken]
    : [refreshToken, ...(await endChain(ledger, successor))];
}

/** Null where the provider does not rotate: the token is its own successor. */
function successorOf(usedToken: string, { refreshToken }: Tokens): string | null {
  return refreshToken === usedToken ? null : refreshToken;
}
