import { ApiClient } from './api/api-client.ts';
import { createProfileQuestions, type Profile } from './api/profile-answers.ts';
import { AccountApiUnavailable } from './api/unavailable.ts';
import { type ActiveAnswer, createTokenQuestions } from './api/verdict-answers.ts';
import { bearerToken, isTokenShaped, type RequestLike } from './bearer-token.ts';
import { AccountCache } from './cache/account-cache.ts';
import { digestOf, type Verdict } from './cache/verdicts.ts';
import { type CustomerContext, KnownCustomer } from './customer.ts';
import { type BackendOptions, type CheckedOptions, checkOptions } from './options.ts';
import { ProfileReads } from './profiles.ts';
import { type Asked, Questions } from './questions.ts';
import { invalidToken, noToken, type Result, requireScopes, unavailable } from './result.ts';
import type { BackendStatus } from './status.ts';
import { StreamFollower } from './stream/follower.ts';

export interface ValidateOptions {
  /** Asks Okta itself, so that a revocation made there shows at once. Default: false. */
  readonly fresh?: boolean;
  /** The token has to have all of them. */
  readonly scopes?: readonly string[];
}

/** Validates access tokens in memory, and hears of revocations. */
export interface AccountBackend {
  /** Who sent a request, by its `Authorization` header. Never rejects. */
  authenticate(request: RequestLike, options?: ValidateOptions): Promise<Result>;
  /** The same for the bare text of a token. Never rejects. */
  validate(token: string, options?: ValidateOptions): Promise<Result>;
  status(): BackendStatus;
  /** Ends the stream and all questions. From then on all requests are refused as unavailable. */
  close(): void;
}

interface KeptVerdict extends Verdict {
  readonly customer: KnownCustomer;
}

const noScopes: readonly string[] = [];
const noOptions: ValidateOptions = {};
/** An event of the System Log may appear so late. */
const logDelaySeconds = 10;
const clock = { now: Date.now, elapsed: () => performance.now() };

/** @throws TypeError where an option makes no sense; the API itself need not be there yet */
export function createAccountBackend(options: BackendOptions): AccountBackend {
  return new CachingBackend(checkOptions(options));
}

class CachingBackend implements AccountBackend {
  readonly #options: CheckedOptions;
  readonly #cache: AccountCache<KeptVerdict, Profile>;
  readonly #api: ApiClient;
  readonly #questions: Questions<KeptVerdict>;
  readonly #profiles: ProfileReads;
  readonly #stream: StreamFollower;
  readonly #context: CustomerContext;

  constructor(options: CheckedOptions) {
    this.#options = options;
    const cache = new AccountCache<KeptVerdict, Profile>({
      maxStaleMs: options.maxStaleSeconds * 1000,
      maxProfileMs: options.profileSeconds * 1000,
      maxVerdicts: options.maxTokens,
      clock,
    });
    const api = new ApiClient(options);
    const ask = createTokenQuestions({ api, claims: options.claims });
    const toVerdict = (answer: ActiveAnswer, asked: Asked) => this.#toVerdict(answer, asked);
    this.#cache = cache;
    this.#api = api;
    this.#questions = new Questions({ cache, clock, ask, toVerdict });
    const askProfile = createProfileQuestions(api, options.attributes);
    this.#profiles = new ProfileReads({ cache, clock, ask: askProfile });
    this.#context = {
      profileOf: (userId) => this.#profiles.of(userId),
      lagSeconds: (then, lag) => this.#lagSeconds(then, lag),
    };
    this.#stream = new StreamFollower(options, cache, () => this.#tellStatus());
  }

  authenticate(request: RequestLike, options?: ValidateOptions): Promise<Result> {
    const token = bearerToken(request);
    if (token === null) return Promise.resolve(noToken(this.#options.realm));
    return this.validate(token, options);
  }

  validate(
    token: string,
    { fresh = false, scopes = noScopes }: ValidateOptions = noOptions,
  ): Promise<Result> {
    const verdict = fresh ? null : this.#cache.verdict(token);
    if (verdict !== null) return Promise.resolve(this.#accept(verdict, scopes));
    return this.#ask(token, { isFresh: fresh, scopes });
  }

  status(): BackendStatus {
    const { heard, ...stream } = this.#stream.status();
    const { verdicts, profiles } = this.#cache.sizes;
    const completeUntil = heard?.completeUntil ?? null;
    return {
      ...stream,
      position: this.#cache.applied?.text ?? null,
      reach: heard?.reach ?? null,
      completeUntil: completeUntil === null ? null : new Date(completeUntil * 1000),
      tokens: verdicts,
      profiles,
      asked: this.#questions.asked,
      gaps: heard?.gaps ?? 0,
    };
  }

  close(): void {
    this.#stream.close();
    this.#api.close();
    this.#cache.clear();
  }

  #tellStatus(): void {
    const { onStatus } = this.#options;
    const status = this.status();
    // On its own: what it throws must not end the stream.
    if (onStatus !== null) queueMicrotask(() => onStatus(status));
  }

  async #ask(
    token: string,
    { isFresh, scopes }: { readonly isFresh: boolean; readonly scopes: readonly string[] },
  ): Promise<Result> {
    const { realm } = this.#options;
    if (!isTokenShaped(token)) return invalidToken(realm, 'MALFORMED');
    const refusal = isFresh ? null : this.#cache.refusal(digestOf(token));
    if (refusal !== null) return invalidToken(realm, refusal);
    try {
      const outcome = await this.#questions.about(token, { isFresh });
      return outcome.active
        ? this.#accept(outcome.verdict, scopes)
        : invalidToken(realm, outcome.reason);
    } catch (error) {
      if (error instanceof AccountApiUnavailable) return unavailable(error);
      throw error;
    }
  }

  #accept({ customer }: KeptVerdict, scopes: readonly string[]): Result {
    const refusal = scopes.length === 0 ? null : requireScopes(customer, scopes);
    return refusal ?? { ok: true, customer };
  }

  #toVerdict(answer: ActiveAnswer, { digest, stamp, askedAt }: Asked): KeptVerdict {
    const { userId, sessionId, expiresAt } = answer;
    const customer = new KnownCustomer(answer, askedAt, this.#context);
    return { digest, userId, sessionId, expiresAt, stamp, askedAt, customer };
  }

  /** What is true for as long as the stream says so, at most as old as the verdict itself. */
  #lagSeconds(askedAt: number, lagThen: number): number {
    const ofVerdict = lagThen + (clock.elapsed() - askedAt) / 1000;
    const { state, heard } = this.#stream.status();
    const completeUntil = state === 'live' ? (heard?.completeUntil ?? null) : null;
    if (completeUntil === null) return Math.ceil(ofVerdict);
    const ofStream = clock.now() / 1000 - completeUntil + logDelaySeconds;
    return Math.ceil(Math.max(0, Math.min(ofVerdict, ofStream)));
  }
}
