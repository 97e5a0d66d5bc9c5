import type { RateLimitScope } from '../identity/errors.ts';

/**
 * What is counted. PASSWORD: a log-in with a password. REAUTHENTICATION: the password again, by a
 * customer who is logged in. PROOF: a code, or the token of a mail. POLL: a check whether a push was
 * answered. RESET_MAIL, VERIFICATION_MAIL, UNLOCK_MAIL: a request that may send a mail. MESSAGE: a code
 * or push within a log-in. INTROSPECTION: a token from an unauthenticated sender that only Okta can
 * read.
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
  /** Rules with the same name share their counts. */
  readonly name: string;
  /** What it counts by. If that is unknown, the rule does not apply. */
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
  /** Does not apply to a client from which the owner has logged in. */
  readonly unknownClientsOnly?: boolean;
  /** When a count is refunded. REFUND: the secret was correct. RESET: the owner has logged in. */
  readonly refunded: 'NEVER' | 'REFUND' | 'RESET';
}

/** Homes, or hosted machines, that share an IPv6 site. Each also has its own limit. */
const clientsOfSite = 4;

/**
 * One limit for a client and a larger one for its site, since one IPv6 line has 256 networks, often
 * 65,536.
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
 * 30 wrong ones in any 5 minutes. Correct ones are refunded, so an office or a school behind one address
 * is not limited.
 */
const guessesOfClient = { burst: 15, everySeconds: 20 } as const;

/**
 * 3,000 wrong ones in any 5 minutes, the mistyped passwords of a large shop on its busiest day. It limits
 * a service that sends no addresses, or addresses that its own clients made up.
 */
const failuresOfCaller = { by: 'caller', scope: 'CALLER', burst: 1500, everySeconds: 0.2 } as const;

/** Requests that cost a mail, a message or an account, whatever their outcome. */
const costsOfCaller = { by: 'caller', scope: 'CALLER', burst: 600, everySeconds: 1 } as const;

/**
 * Requests that may send a mail to one address. They count whether or not a mail was sent, since that
 * must not show. A full limit would therefore keep a mail from the owner. So, as with passwords, one
 * client alone cannot fill it, it does not apply to known clients of the owner, and each field has its
 * own limit (`name`).
 */
function mailsToAccount(name: string, { atOnce }: { readonly atOnce: number }): readonly Rule[] {
  const ofAccount = { scope: 'ACCOUNT', refunded: 'NEVER' } as const;
  return [
    {
      // A smaller and slower limit than that of the account.
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
      unknownClientsOnly: true,
      ...ofAccount,
    },
  ];
}

/**
 * 2 from one client, for a customer who does not find the first mail. Depending on its status, an account
 * gets mails from at most two of these fields and `signUp`, too few to flood a mailbox.
 */
function requestedMails(name: string): readonly Rule[] {
  return [
    // All fields together.
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
      // People give up after about 5 tries. Smaller and slower than the limit of the account, so one
      // client alone can never lock others out of an account.
      name: 'password-account-client',
      by: 'accountFromClient',
      scope: 'ACCOUNT',
      burst: 5,
      everySeconds: 150,
      refunded: 'RESET',
    },
    {
      // 10 in any 5 minutes for all clients together. It does not apply to known clients of the customer,
      // so an attacker's guesses do not lock them out.
      name: 'password-account',
      by: 'account',
      scope: 'ACCOUNT',
      burst: 7,
      everySeconds: 100,
      unknownClientsOnly: true,
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
      // A stolen access token allows no more guesses than a log-in. By customer and not by address, since
      // one frontend server sends for many customers.
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
      // Pages poll every few seconds, and one address may have many of them.
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
    // The owner of a taken address gets a mail. A refused password leads to another request.
    ...mailsToAccount('sign-up', { atOnce: 5 }),
    { name: 'sign-up-caller', ...costsOfCaller, refunded: 'NEVER' },
  ],
  RESET_MAIL: requestedMails('reset-mail'),
  VERIFICATION_MAIL: requestedMails('verification-mail'),
  UNLOCK_MAIL: requestedMails('unlock-mail'),
  MESSAGE: [
    ...ofClient({
      // Each needs a correct password, and one log-in sends at most 5.
      name: 'message-client',
      burst: 30,
      everySeconds: 60,
      refunded: 'NEVER',
    }),
    { name: 'message-caller', ...costsOfCaller, refunded: 'NEVER' },
  ],
  REFRESH: [
    ...ofClient({
      // Only rejected ones count: 60 at once, then 30 a minute.
      name: 'refresh-client',
      burst: 60,
      everySeconds: 2,
      refunded: 'REFUND',
    }),
    {
      // Allows many tabs at once, and slows down a frontend that loops on an ended session.
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
      // Okta gives valid and invalid tokens the same answer, so all of them count.
      name: 'log-out-client',
      burst: 60,
      everySeconds: 2,
      refunded: 'NEVER',
    }),
    { name: 'log-out-caller', ...failuresOfCaller, refunded: 'NEVER' },
  ],
  INTROSPECTION: [
    ...ofClient({
      // Active ones are refunded, so only made-up tokens add up. The burst leaves room for a frontend
      // server that starts and checks many tokens at once.
      name: 'introspection-client',
      burst: 300,
      everySeconds: 1,
      refunded: 'REFUND',
    }),
  ],
};
