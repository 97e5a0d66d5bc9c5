import { createHmac } from 'node:crypto';
import { createFallback } from '../cache/redis-fallback.ts';
import { RateLimited } from '../identity/errors.ts';
import { canonicalLogin } from '../identity/normal-form.ts';
import type { Count, Counters, Mark } from './counters.ts';
import { networksOf } from './network.ts';
import { type LimitKind, type Rule, rules } from './rules.ts';

/**
 * The shared counters for as long as they work, and this process's own while they do not: attempts
 * are limited either way, and each process then counts alone.
 * @param notice called once when they stop working, and once when they work again
 */
export function createFallbackCounters(
  both: { readonly shared: Counters; readonly own: Counters },
  notice: (working: boolean, error: unknown) => void,
): Counters {
  const { attempt } = createFallback(both, notice);
  return {
    take: (take) => attempt((counters) => counters.take(take)),
    settle: (settlement) => attempt((counters) => counters.settle(settlement)),
  };
}

/** Who makes the attempts. Each part is null where it is not known; then no rule counts by it. */
export interface Who {
  /** The name to log in with, as it was typed. */
  readonly account: string | null;
  /** Address of the customer's own device, without a port or a zone. */
  readonly client: string | null;
  /** As `Shopper.deviceId`. */
  readonly device: string | null;
  /** Id of a service. */
  readonly caller: string | null;
  /** Whose access token was sent, where the token counts and not the address. */
  readonly customer: string | null;
  /** A refresh token. */
  readonly token: string | null;
}

/** One attempt that was let through. It stays counted unless its outcome is reported. */
export interface Permit {
  /** Call it where what was sent is right, so the attempt was no guess. */
  refund(): Promise<void>;
  /**
   * Call it where the owner of the account has logged in. The counts of this client on the account
   * start again at zero, and for 30 days what others try on the account does not count against it.
   * @param account null: it is not known
   */
  reset(account: string | null): Promise<void>;
}

type PerKind = Record<LimitKind, number>;

export interface LimitStats {
  readonly allowed: Readonly<PerKind>;
  /** By whose limit it was. */
  readonly refused: Readonly<Record<Rule['scope'], Readonly<PerKind>>>;
}

export interface Limits {
  /** Counts an attempt, before its outcome is known. @throws RateLimited */
  consume(kind: LimitKind, who: Who): Promise<Permit>;
  /** Since the start. */
  stats(): LimitStats;
}

interface Options {
  readonly counters: Counters;
  /**
   * Secret: without it a key does not reveal whose it is. The same for all processes that share
   * counters.
   */
  readonly key: Uint8Array;
  /** Whether tokens have to be shown to Okta; otherwise INTROSPECTION is not counted. */
  readonly introspects: boolean;
}

const none: Readonly<PerKind> = {
  PASSWORD: 0,
  REAUTHENTICATION: 0,
  PROOF: 0,
  POLL: 0,
  SIGN_UP: 0,
  RESET_MAIL: 0,
  VERIFICATION_MAIL: 0,
  UNLOCK_MAIL: 0,
  MESSAGE: 0,
  REFRESH: 0,
  LOG_OUT: 0,
  INTROSPECTION: 0,
};

/** Customers come back within it, and in the meantime the address may have become another's. */
const markMs = 30 * 24 * 60 * 60 * 1000;

const uncounted: Permit = { refund: async () => {}, reset: async () => {} };

export function createLimits({ counters, key, introspects }: Options): Limits {
  const digest = createDigest(key);
  const allowed: PerKind = { ...none };
  const refused = { CLIENT: { ...none }, ACCOUNT: { ...none }, CALLER: { ...none } };

  return {
    async consume(kind, who) {
      if (kind === 'INTROSPECTION' && !introspects) return uncounted;
      const subjects = subjectsOf(who);
      const counted = rules[kind].flatMap((rule) => {
        const subject = subjects[rule.by];
        return subject === null
          ? []
          : [{ rule, count: countOf(rule, digest([rule.name, subject])) }];
      });
      if (counted.length === 0) return uncounted;
      const counts = counted.map(({ count }) => count);
      const full = await counters.take({ counts, marks: marksOf(subjects, digest) });
      const by = full && counted[full.index];
      if (full && by) {
        refused[by.rule.scope][kind] += 1;
        throw new RateLimited(by.rule.scope, Math.max(1, Math.ceil(full.waitMs / 1000)));
      }
      allowed[kind] += 1;

      const refundable = (...ends: readonly Rule['refunded'][]) =>
        counted.filter(({ rule }) => ends.includes(rule.refunded)).map(({ count }) => count);
      return {
        async refund() {
          await counters.settle({ back: refundable('REFUND'), forget: [], marks: [], markMs });
        },
        async reset(account) {
          const owner = account === who.account ? subjects : withAccount(subjects, account);
          const forget = firstTries
            .map(({ name, by }) => [name, owner[by]] as const)
            .flatMap(([name, subject]) => (subject === null ? [] : [digest([name, subject])]));
          const marks = marksOf(owner, digest);
          await counters.settle({ back: refundable('REFUND', 'RESET'), forget, marks, markMs });
        },
      };
    },
    stats: () => structuredClone({ allowed, refused }),
  };
}

/** What a client has tried on one account. */
const firstTries = rules.PASSWORD.filter(({ by }) => by === 'accountFromClient');

function countOf({ burst, everySeconds, strangersOnly = false }: Rule, key: string): Count {
  return { key, burst, everyMs: Math.round(everySeconds * 1000), strangersOnly };
}

/** What rules count by, in canonical form; null where it is not known. */
type Subjects = Readonly<Record<Rule['by'] | 'device', string | null>>;

function subjectsOf({ account, client, ...others }: Who): Subjects {
  const { network = null, site = null } = client === null ? {} : networksOf(client);
  const unnamed = { ...others, client: network, site, account: null, accountFromClient: null };
  return withAccount(unnamed, account);
}

function withAccount(subjects: Subjects, login: string | null): Subjects {
  const { client, site } = subjects;
  const account = login === null ? null : canonicalLogin(login);
  // By the site, since a single client with many networks could fill the account's limit.
  const accountFromClient =
    account === null || client === null ? null : `${account}\n${site ?? client}`;
  return { ...subjects, account, accountFromClient };
}

/** By what a client is known again for an account: its address, and its device where it has a name. */
function marksOf({ account: name, client, device }: Subjects, digest: Digest): readonly Mark[] {
  if (!name) return [];
  const account = digest(['known', name]);
  const markOf = (by: string, subject: string | null): readonly Mark[] =>
    subject === null ? [] : [{ account, client: digest([by, `${name}\n${subject}`]) }];
  return [...markOf('known-client', client), ...markOf('known-device', device)];
}

const digestBytes = 16;

type Digest = (named: readonly [string, string]) => string;

function createDigest(key: Uint8Array): Digest {
  const own = createHmac('sha256', key).update('okta-account-api limits').digest();
  return ([name, subject]) => {
    const mac = createHmac('sha256', own).update(`${name}\n${subject}`).digest();
    return mac.subarray(0, digestBytes).toString('base64url');
  };
}
