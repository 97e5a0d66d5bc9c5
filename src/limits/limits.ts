import { createHmac } from 'node:crypto';
import { createFallback } from '../cache/redis-fallback.ts';
import { RateLimited } from '../identity/errors.ts';
import { canonicalLogin } from '../identity/normal-form.ts';
import type { Count, Counters, KnownClient } from './counters.ts';
import { networksOf } from './network.ts';
import { type LimitKind, type Rule, rules } from './rules.ts';

/**
 * Uses the shared counters while they work, and this process's own while they do not. Attempts are
 * limited either way, but during an outage each process counts separately.
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

/** Who makes the attempt. A part is null if it is unknown; then no rule counts by it. */
export interface Who {
  /** The login as typed. */
  readonly account: string | null;
  /** Address of the customer's device, without a port or a zone. */
  readonly client: string | null;
  /** As `Shopper.deviceId`. */
  readonly device: string | null;
  /** Id of a service. */
  readonly caller: string | null;
  /** Owner of the access token, for rules that count by it instead of the address. */
  readonly customer: string | null;
  /** A refresh token. */
  readonly token: string | null;
}

/** An allowed attempt. It stays counted unless its outcome is reported. */
export interface Permit {
  /** To be called when the secret was correct, so the attempt was no guess. */
  refund(): Promise<void>;
  /**
   * To be called when the owner of the account has logged in. Resets the counts of this client on the
   * account. For 30 days attempts of others on the account do not count against it.
   * @param account null if unknown
   */
  reset(account: string | null): Promise<void>;
}

type PerKind = Record<LimitKind, number>;

export interface LimitStats {
  readonly allowed: Readonly<PerKind>;
  /** By the scope of the limit. */
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
   * Secret: without it a key does not reveal what it counts. The same in all processes that share
   * counters.
   */
  readonly key: Uint8Array;
  /** Whether tokens are introspected at Okta; otherwise INTROSPECTION is not counted. */
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

/** Long enough for returning customers, and not longer, since an address may get another owner. */
const knownClientMs = 30 * 24 * 60 * 60 * 1000;

const uncounted: Permit = { refund: async () => {}, reset: async () => {} };

export function createLimits({ counters, key, introspects }: Options): Limits {
  const hashed = createDigest(key);
  const allowed: PerKind = { ...none };
  const refused = { CLIENT: { ...none }, ACCOUNT: { ...none }, CALLER: { ...none } };

  return {
    async consume(kind, who) {
      if (kind === 'INTROSPECTION' && !introspects) return uncounted;
      const subjects = subjectsOf(who);
      const digest = digestOnce(hashed);
      const counted = rules[kind].flatMap((rule) => {
        const subject = subjects[rule.by];
        return subject === null
          ? []
          : [{ rule, count: countOf(rule, keyOf(rule, digest(subject))) }];
      });
      if (counted.length === 0) return uncounted;
      const counts = counted.map(({ count }) => count);
      const full = await counters.take({
        counts,
        knownClients: knownClientsOf(subjects, digest),
      });
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
          await counters.settle({
            back: refundable('REFUND'),
            forget: [],
            knownClients: [],
            knownClientMs,
          });
        },
        async reset(account) {
          const owner = account === who.account ? subjects : withAccount(subjects, account);
          const forget = firstTries.flatMap((rule) => {
            const subject = owner[rule.by];
            return subject === null ? [] : [keyOf(rule, digest(subject))];
          });
          const knownClients = knownClientsOf(owner, digest);
          await counters.settle({
            back: refundable('REFUND', 'RESET'),
            forget,
            knownClients,
            knownClientMs,
          });
        },
      };
    },
    stats: () => structuredClone({ allowed, refused }),
  };
}

/** Limits for one client on one account. */
const firstTries = rules.PASSWORD.filter(({ by }) => by === 'accountFromClient');

function keyOf({ name }: Rule, subject: string): string {
  return `${name} ${subject}`;
}

function countOf({ burst, everySeconds, unknownClientsOnly = false }: Rule, key: string): Count {
  return { key, burst, everyMs: Math.round(everySeconds * 1000), unknownClientsOnly };
}

/** What rules count by, in canonical form; null if unknown. */
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

/** The client as a known client of the account: by its address, and by its device id if there is one. */
function knownClientsOf(
  { account: name, client, device }: Subjects,
  digest: Digest,
): readonly KnownClient[] {
  if (!name) return [];
  const account = digest(name);
  const knownBy = (by: string, subject: string | null): readonly KnownClient[] =>
    subject === null ? [] : [{ account, client: digest(`${by}\n${name}\n${subject}`) }];
  return [...knownBy('known-client', client), ...knownBy('known-device', device)];
}

const digestBytes = 16;

type Digest = (subject: string) => string;

function createDigest(key: Uint8Array): Digest {
  const own = createHmac('sha256', key).update('okta-account-api limits').digest();
  return (subject) => {
    const mac = createHmac('sha256', own).update(subject).digest();
    return mac.subarray(0, digestBytes).toString('base64url');
  };
}

/** For one attempt, whose rules count by few subjects. */
function digestOnce(digest: Digest): Digest {
  const known = new Map<string, string>();
  return (subject) => {
    const found = known.get(subject) ?? digest(subject);
    known.set(subject, found);
    return found;
  };
}
