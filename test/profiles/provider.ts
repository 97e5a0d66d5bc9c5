import type { UpstreamUnavailable } from '../../src/identity/errors.ts';
import type { CallContext, User } from '../../src/identity/model.ts';
import { createProfiles, type ProfilesOptions } from '../../src/profiles/profiles.ts';

/** One call of the provider, which is answered when a test says so. */
export interface Call {
  readonly ids: readonly string[];
  readonly context: CallContext;
  /** With every account that there is, as it was when the call began. */
  answer(): Promise<void>;
  fail(error: Error): Promise<void>;
}

export const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

export function callContext(changes: Partial<CallContext> = {}): CallContext {
  return { requestId: 'r1', signal: new AbortController().signal, shopper: null, ...changes };
}

export const ids = (count: number, prefix = '00u') =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

/** Profiles on a provider and a clock that tests move. */
export function startProfiles(options: Partial<ProfilesOptions> = {}) {
  const calls: Call[] = [];
  const announced: string[] = [];
  /** First names by id; null: there is no such account. */
  const names = new Map<string, string | null>();
  /** Accounts that the provider cannot read. */
  const broken = new Map<string, UpstreamUnavailable>();
  let now = Date.UTC(2027, 0, 15, 12);

  const findUsers: ProfilesOptions['findUsers'] = (asked, context) =>
    new Promise((resolve, reject) => {
      const found = asked.flatMap((id) => {
        const read = broken.get(id) ?? userOf(id, names.get(id));
        return read === null ? [] : [[id, read] as const];
      });
      calls.push({
        ids: [...asked],
        context,
        answer() {
          resolve(new Map(found));
          return turn();
        },
        fail(error) {
          reject(error);
          return turn();
        },
      });
    });
  const profiles = createProfiles({
    findUsers,
    ttlSeconds: 30,
    timeoutMs: 10_000,
    batchSize: 100,
    publishChange: async (userId) => {
      announced.push(userId);
    },
    now: () => now,
    ...options,
  });

  return {
    profiles,
    calls,
    names,
    broken,
    announced,
    advance(seconds: number) {
      now += seconds * 1000;
    },
    /** Comes to wait for the provider; for tests that do not care how it ends. */
    async ask(wanted: readonly string[], changes: Partial<CallContext> = {}): Promise<void> {
      profiles.find(wanted, callContext(changes)).catch(() => undefined);
      await turn();
    },
    /** Asks, and answers whatever is asked of the provider. */
    async nameOf(id: string): Promise<string | null | undefined> {
      const answer = profiles.find([id], callContext());
      await turn();
      await calls.at(-1)?.answer();
      const user = (await answer).get(id);
      if (user instanceof Error) throw user;
      return user?.firstName;
    },
  };
}

function userOf(id: string, firstName: string | null | undefined): User | null {
  if (firstName === null) return null;
  return {
    id,
    status: 'ACTIVE',
    login: `${id}@example.com`,
    email: `${id}@example.com`,
    firstName: firstName ?? 'Ada',
    lastName: null,
    displayName: null,
    mobilePhone: null,
    locale: null,
    attributes: {},
    createdAt: new Date(0),
    updatedAt: null,
  };
}
