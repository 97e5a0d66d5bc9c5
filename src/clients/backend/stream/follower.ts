import type { ServiceCredentials } from '../api/credentials.ts';
import type { AccountCache } from '../cache/account-cache.ts';
import type { Verdict } from '../cache/verdicts.ts';
import type { StreamState } from '../status.ts';
import { FrameReader, type Heard } from './frames.ts';
import { StreamReader } from './reader.ts';

export interface FollowerOptions {
  readonly url: string;
  readonly service: ServiceCredentials;
  readonly timeoutMs: number;
  readonly fetch: typeof fetch;
}

export interface FollowerStatus {
  readonly state: StreamState;
  readonly since: Date;
  readonly problem: string | null;
  /** Null before the first frame. */
  readonly heard: Heard | null;
}

/** Keeps the cache on the stream of events, and says how that goes. */
export class StreamFollower {
  readonly #frames: FrameReader;
  readonly #reader: StreamReader;
  readonly #onChange: () => void;
  #state: StreamState = 'connecting';
  #since = new Date();
  #problem: string | null = null;

  constructor(
    options: FollowerOptions,
    cache: AccountCache<Verdict, unknown>,
    onChange: () => void,
  ) {
    this.#onChange = onChange;
    this.#frames = new FrameReader(cache);
    this.#reader = new StreamReader({
      ...options,
      url: `${options.url}/events`,
      lastEventId: () => cache.applied?.text ?? null,
      silenceMs: () => this.#frames.silenceMs,
      onFrame: (frame) => {
        this.#frames.read(frame);
        const isCutOff = this.#frames.heard.reach === 'cut off';
        if (isCutOff) this.#become('interrupted', 'The API does not hear its other processes.');
        else this.#become('live', null);
      },
      onState: (state, problem) => this.#become(state, problem),
    });
  }

  status(): FollowerStatus {
    const isHeard = this.#frames.isStarted;
    return {
      state: this.#state,
      since: this.#since,
      problem: this.#problem,
      heard: isHeard ? this.#frames.heard : null,
    };
  }

  close(): void {
    this.#reader.close();
    this.#become('closed', null);
  }

  #become(state: StreamState, problem: string | null): void {
    this.#problem = problem ?? this.#problem;
    if (state === this.#state) return;
    this.#state = state;
    this.#since = new Date();
    this.#onChange();
  }
}
