import type { RateLimitScope } from '../identity/errors.ts';

/**
 * What is counted. PASSWORD: a password of anyone. REAUTHENTICATION: the password once more, of a
 * customer who is logged in. PROOF: a code, or the token of a mail. POLL: whether a push is answered.
 * RESET_MAIL, VERIFICATION_MAIL, UNLOCK_MAIL: what may send one to an address. MESSAGE: a code or push
 * within a log-in. INTROSPECTION: a token of an unauthenticated
 * sender that only Okta can read.
 */
export type LimitKind =
  | 'PASSWORD'
  | 'REAUTHENTICATION'
  | 'PROOF'
  | 'POLL'
  | 'SIGN_UP'
  | 'RESET_MAIL'
  | 'VERIFICATION_MAIL'
  | 'UNLOCK_MAIL'
  | 'MESSAGE'
  | 'REFRESH'
  | 'LOG_OUT'
  | 'INTROSPECTION';

export interface Rule {
  /** Rules of one name count together. */
  readonly name: string;
  /** What it counts by; where that is not known, the rule counts nothing. */
  readonly by:
    | 'client'
    | 'site'
    | 'account'
    | 'accountFromClient'
    | 'caller'
    | 'customer'
    | 'token';
  readonly scope: Exclude<RateLimitScope, 'TRANSACTION' | 'UPSTREAM'>;
  readonly burst: number;
  readonly everySeconds: number;
  /** Not for a client from which the owner has logged in. */
  readonly strangersOnly?: boolean;
  /** When a count is refunded. REFUND: what was sent is right. RESET: the owner has logged in. */
  readonly refunded: 'NEVER' | 'REFUND' | 'RESET';
}

/** Homes, or machines of a hosting provider, that share a site of IPv6. Each has its own limit too. */
const clientsOfSite = 4;

/**
 * One limit for a client, and a larger one for its site: a single IPv6 line has 256 networks, and
 * often 65,536.
 */
function ofClient(rule: Omit<Rule, 'by' | 'scope'>): readonly Rule[] {
  const client: Rule = { ...rule, by: 'client', scope: 'CLIENT' };
  return [
    client,
    {
      ...client,
      name: `${rule.name}-site`,
      by: 'site',
      burst: rule.burst * clientsOfSite,
      everySeconds: rule.everySeconds / clientsOfSite,
    },
  ];
}

/**
 * 30 wrong ones in any 5 minutes. Right ones are refunded, so an office or a school behind one
 * address is not held up.
 */
const guessesOfClient = { burst: 15, everySeconds: 20 } as const;

/**
 * 3,000 wrong ones in any 5 minutes: what a large shop has of mistyped passwords on its best day. It
 * bounds a service that sends no addresses, or that passes on addresses that its own clients made up.
 */
const failuresOfCaller = { by: 'caller', scope: 'CALLER', burst: 1500, everySeconds: 0.2 } as const;

/** What costs Okta a mail, a message or an account, right or wrong. */
const costsOfCaller = { by: 'caller', scope: 'CALLER', burst: 600, everySeconds: 1 } as const;

/**
 * What may send a mail to one address. Requests count, whether or not a mail was sent, since that
 * must not show. A filled limit would therefore keep the owner from a mail. So, as with passwords,
 * one client alone cannot fill it, and the owner's own clients are not counted; each field has its
 * own limit (`name`), so that none uses up another's.
 */
function mailsToAccount(name: string, { atOnce }: { readonly atOnce: number }): readonly Rule[] {
  const ofAccount = { scope: 'ACCOUNT', refunded: 'NEVER' } as const;
  return [
    {
      // Fewer than the account has, and slower than it gets new ones.
      name: `${name}-account-client`,
      by: 'accountFromClient',
      burst: atOnce - 1,
      everySeconds: 1200,
      ...ofAccount,
    },
    {
      name: `${name}-account`,
      by: 'account',
      burst: atOnce,
      everySeconds: 900,
      strangersOnly: true,
      ...ofAccount,
    },
  ];
}

/**
 * 2 from one client, for a customer who does not find the first mail. At most two of these fields and
 * `signUp` send a mail to an account, by its status: too few to fill a mailbox.
 */
function requestedMails(name: string): readonly Rule[] {
  return [
    // The fields together.
    ...ofClient({
      name: 'mail-client',
      burst: 10,
      everySeconds: 180,
      refunded: 'NEVER',
    }),
    ...mailsToAccount(name, { atOnce: 3 }),
    { name: 'mail-caller', ...costsOfCaller, refunded: 'NEVER' },
  ];
}

export const rules: Readonly<Record<LimitKind, readonly Rule[]>> = {
  PASSWORD: [
    ...ofClient({ name: 'password-client', ...guessesOfClient, refunded: 'REFUND' }),
    {
      // 5 tries are what people need before they give up. Fewer than the account has, and slower
      // than it gets new ones: one client alone can never shut an account to others.
      name: 'password-account-client',
      by: 'accountFromClient',
      scope: 'ACCOUNT',
      burst: 5,
      everySeconds: 150,
      refunded: 'RESET',
    },
    {
      // 10 in any 5 minutes, over all clients together. The customer's own client is not counted, so
      // that an attacker's guesses do not keep them out.
      name: 'password-account',
      by: 'account',
      scope: 'ACCOUNT',
      burst: 7,
      everySeconds: 100,
      strangersOnly: true,
      refunded: 'RESET',
    },
    {
      // Okta refuses the fifth log-in or refresh of one user name within a second.
      name: 'password-pace',
      by: 'account',
      scope: 'ACCOUNT',
      burst: 3,
      everySeconds: 1,
      refunded: 'NEVER',
    },
    { name: 'password-caller', ...failuresOfCaller, refunded: 'REFUND' },
  ],
  REAUTHENTICATION: [
    {
      // A stolen access token gives no more guesses than a stranger has. By the customer and not by
      // the address, since a frontend server sends for many.
      name: 'reauthentication',
      by: 'customer',
      scope: 'ACCOUNT',
      burst: 5,
      everySeconds: 60,
      refunded: 'REFUND',
    },
  ],
  PROOF: [
    ...ofClient({ name: 'proof-client', ...guessesOfClient, refunded: 'REFUND' }),
    {
      name: 'proof-customer',
      by: 'customer',
      scope: 'ACCOUNT',
      burst: 10,
      everySeconds: 60,
      refunded: 'REFUND',
    },
    { name: 'proof-caller', ...failuresOfCaller, refunded: 'REFUND' },
  ],
  POLL: [
    ...ofClient({
      // Pages ask every few seconds; behind one address there may be many.
      name: 'poll-client',
      burst: 120,
      everySeconds: 1,
      refunded: 'NEVER',
    }),
  ],
  SIGN_UP: [
    ...ofClient({
      // 30 accounts in an hour from one address.
      name: 'sign-up-client',
      burst: 10,
      everySeconds: 180,
      refunded: 'NEVER',
    }),
    // The owner of a taken address gets a mail. Who is asked for a better password tries again.
    ...mailsToAccount('sign-up', { atOnce: 5 }),
    { name: 'sign-up-caller', ...costsOfCaller, refunded: 'NEVER' },
  ],
  RESET_MAIL: requestedMails('reset-mail'),
  VERIFICATION_MAIL: requestedMails('verification-mail'),
  UNLOCK_MAIL: requestedMails('unlock-mail'),
  MESSAGE: [
    ...ofClient({
      // Each took the right password, and one log-in sends at most 5.
      name: 'message-client',
      burst: 30,
      everySeconds: 60,
      refunded: 'NEVER',
    }),
    { name: 'message-caller', ...costsOfCaller, refunded: 'NEVER' },
  ],
  REFRESH: [
    ...ofClient({
      // Rejected ones alone count: 60 at once, and 30 a minute.
      name: 'refresh-client',
      burst: 60,
      everySeconds: 2,
      refunded: 'REFUND',
    }),
    {
      // As many tabs as may refresh at once; a frontend that loops on a dead session is slowed down.
      name: 'refresh-token',
      by: 'token',
      scope: 'ACCOUNT',
      burst: 100,
      everySeconds: 3,
      refunded: 'REFUND',
    },
    { name: 'refresh-caller', ...failuresOfCaller, refunded: 'REFUND' },
  ],
  LOG_OUT: [
    ...ofClient({
      // Okta says the same to good tokens and bad ones, so all of them count.
      name: 'log-out-client',
      burst: 60,
      everySeconds: 2,
      refunded: 'NEVER',
    }),
    { name: 'log-out-caller', ...failuresOfCaller, refunded: 'NEVER' },
  ],
  INTROSPECTION: [
    ...ofClient({
      // Those that Okta finds good are given back, so only made-up ones add up; the many that a
      // frontend server asks about at once, when it starts, have room.
      name: 'introspection-client',
      burst: 300,
      everySeconds: 1,
      refunded: 'REFUND',
    }),
  ],
};
