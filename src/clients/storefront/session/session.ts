import { isMutation, type TypedDocument } from '../client/document.ts';
import { AccountApiError } from '../client/errors.ts';
import type { AccountConfigQuery, MeQuery, MeQueryVariables } from '../documents/graphql.ts';
import { type Condition, signedOut } from './condition.ts';
import type { SessionCore } from './core.ts';
import type { PendingStep } from './steps.ts';

/**
 * The session of one request, where its cookies can be read and not set. Its tokens are private: to
 * print it, to make JSON of it or to hand it to a browser shows none of them.
 */
export class Session {
  readonly #core: SessionCore;

  constructor(core: SessionCore) {
    this.#core = core;
  }

  /** `degraded`: someone is signed in, and it cannot be fully used now. Never log them out for that. */
  get state(): Condition['state'] {
    return this.#core.condition.state;
  }

  /** Null for `signedIn`. */
  get reason(): Condition['reason'] {
    return this.#core.condition.reason;
  }

  /** When to try again, where a limit says so. */
  get retryAfterSeconds(): number | undefined {
    const { condition } = this.#core;
    return condition.state === 'degraded' ? condition.retryAfterSeconds : undefined;
  }

  /**
   * For calls to backends of your own (`Authorization: Bearer`); null where there is no good one. It
   * must not reach a browser.
   */
  accessToken(): string | null {
    return this.#core.accessToken;
  }

  /** The step that the customer has to do next, for the page that asks for it; null for none. */
  async pendingStep(): Promise<PendingStep | null> {
    const stored = await this.#core.step();
    return stored === null ? null : (stored.step as unknown as PendingStep);
  }

  /**
   * The account of the customer; null where nobody is signed in, or where the session cannot be used
   * now: `state` says which. @throws AccountApiError where the API cannot be asked
   */
  me(parts: MeQueryVariables = {}): Promise<MeQuery['me']> {
    return this.asCustomer((token) =>
      this.#core.shared.client.me(parts, this.#core.context(token)),
    );
  }

  /** The rules of the org, from which forms are built. @throws AccountApiError */
  accountConfig(): Promise<AccountConfigQuery['accountConfig']> {
    return this.#core.shared.client.accountConfig(this.#core.context());
  }

  /**
   * A query document of your own, in the name of the customer; null as with `me`.
   * @throws AccountApiError. TypeError for a mutation, which `mutate` sends after a check
   */
  async query<Result, Variables>(
    document: TypedDocument<Result, Variables>,
    variables: Variables,
  ): Promise<Result | null> {
    if (isMutation(document)) throw new TypeError('The document is a mutation: use `mutate`.');
    return this.send(document, variables);
  }

  protected send<Result, Variables>(
    document: TypedDocument<Result, Variables>,
    variables: Variables,
  ): Promise<Result | null> {
    const { client } = this.#core.shared;
    return this.asCustomer((token) =>
      client.request(document, variables, this.#core.context(token)),
    );
  }

  /** Calls with the access token; null where there is none that the API takes. */
  protected async asCustomer<Result>(
    call: (accessToken: string) => Promise<Result>,
  ): Promise<Result | null> {
    const token = this.#core.accessToken;
    if (token === null) return null;
    try {
      return await call(token);
    } catch (error) {
      if (!isTokenRefused(error)) throw error;
      // A clock that is wrong, or a session that has ended elsewhere: a refresh will tell.
      if (this.#core.exchange.write === undefined) {
        this.#core.condition = signedOut('EXPIRED_READ_ONLY');
        return null;
      }
      // Another call of this request may have renewed it.
      if (this.#core.accessToken === token) await this.#core.refresh(true);
      const renewed = this.#core.accessToken;
      return renewed === null || renewed === token ? null : call(renewed);
    }
  }
}

function isTokenRefused(error: unknown): boolean {
  const codes: readonly unknown[] = ['TOKEN_EXPIRED', 'TOKEN_INVALID'];
  return error instanceof AccountApiError && codes.includes(error.code);
}
