import type { Profile } from './api/profile-answers.ts';
import type { ActiveAnswer, CheckedBy } from './api/verdict-answers.ts';

/** Who sent the request: the owner of a good access token. Shared by all requests with it, and frozen. */
export interface Customer {
  /** The user id of Okta, which never changes. */
  readonly id: string;
  /** The login of when the token was issued; it may change. */
  readonly login: string;
  /** Null where the token does not name its session. */
  readonly sessionId: string | null;
  /** The app that the token was issued to. */
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** The claims that `createAccountBackend` was asked to keep. */
  readonly claims: Readonly<Record<string, unknown>>;
  readonly expiresAt: Date;
  readonly checkedAt: Date;
  readonly checkedBy: CheckedBy;
  /** From how many seconds back a revocation made at Okta may be missing, now. */
  readonly revocationLagSeconds: number;
  /**
   * The account; null where it is gone. Read together with those of other requests, and kept.
   * @throws AccountApiUnavailable
   */
  profile(): Promise<Profile | null>;
}

export interface CustomerContext {
  profileOf(userId: string): Promise<Profile | null>;
  /** How old the answer of Okta may be that a verdict of that age and lag stands for. */
  lagSeconds(askedAt: number, lagThen: number): number;
}

/** Few kinds of tokens are in use at a time, so their texts and lists are shared. */
const maxShared = 1_000;
const sharedScopes = new Map<string, readonly string[]>();
const sharedTexts = new Map<string, string>();

/** Seconds in place of dates: a hundred thousand of these are in memory. */
export class KnownCustomer implements Customer {
  readonly id: string;
  readonly login: string;
  readonly sessionId: string | null;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly claims: Readonly<Record<string, unknown>>;
  readonly checkedBy: CheckedBy;
  readonly #expiresAt: number;
  readonly #checkedAt: number;
  readonly #askedAt: number;
  readonly #lagThen: number;
  readonly #context: CustomerContext;

  constructor(answer: ActiveAnswer, askedAt: number, context: CustomerContext) {
    this.id = answer.userId;
    this.login = answer.subject;
    this.sessionId = answer.sessionId;
    this.clientId = shared(sharedTexts, answer.clientId, () => answer.clientId);
    this.scopes = shared(sharedScopes, answer.scopes.join(' '), () =>
      Object.freeze([...answer.scopes]),
    );
    this.claims = answer.claims;
    this.checkedBy = answer.checkedBy;
    this.#expiresAt = Math.floor(answer.expiresAt / 1000);
    this.#checkedAt = Math.floor(answer.checkedAt / 1000);
    this.#askedAt = Math.floor(askedAt);
    this.#lagThen = answer.revocationLagSeconds;
    this.#context = context;
    Object.freeze(this);
  }

  get expiresAt(): Date {
    return new Date(this.#expiresAt * 1000);
  }

  get checkedAt(): Date {
    return new Date(this.#checkedAt * 1000);
  }

  get revocationLagSeconds(): number {
    return this.#context.lagSeconds(this.#askedAt, this.#lagThen);
  }

  profile(): Promise<Profile | null> {
    return this.#context.profileOf(this.id);
  }
}

function shared<Value>(known: Map<string, Value>, key: string, make: () => Value): Value {
  const found = known.get(key);
  if (found !== undefined) return found;
  const value = make();
  if (known.size < maxShared) known.set(key, value);
  return value;
}
