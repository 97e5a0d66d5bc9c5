import type { KeyObject } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { HookTrouble } from './events/hook-queue.ts';
import type { LogEvent } from './events/log-event.ts';
import type { Seed, SeedUser } from './seed-types.ts';
import type { Mail } from './store/entities.ts';

export type {
  Seed,
  SeedAuthorizationServer,
  SeedClient,
  SeedFactor,
  SeedUser,
} from './seed-types.ts';

/** What a test or `npm start` may choose; everything has a default that works on a laptop. */
export interface EmbeddedOktaOptions {
  /** 0 (default): any free port. */
  readonly port?: number;
  /** Default 127.0.0.1, which another one must include, as 0.0.0.0 does: the URL stays the same. */
  readonly host?: string;
  /** Epoch milliseconds; default `Date.now`. Tests move it instead of sleeping. */
  readonly now?: () => number;
  /** Default: a new key each time, which takes a tenth of a second; tests that start many orgs share some. */
  readonly generateRsaKey?: () => Promise<KeyObject>;
  /** What the org says of itself; default `identity`. */
  readonly engine?: 'classic' | 'identity';
  /**
   * Default false: true is an org as Okta gives it to a new customer, with no app, no customer and no
   * access policy. Of the seeded credentials only `apiToken` is of any use then.
   */
  readonly empty?: boolean;
  readonly seed?: Seed;
  /**
   * JSON file that keeps users, grants and keys over a restart, all but the password and the status
   * of the seeded customer; default none. One org at a time may have it.
   */
  readonly snapshotFile?: string | null;
  /**
   * Called once when that file cannot be written, with the system's error code such as ENOSPC, and
   * once, with null, when it can be written again.
   */
  readonly onSaving?: (failure: string | null) => void;
  /** Requests per minute and endpoint; default as an enterprise org's, times ten. */
  readonly rateLimits?: Partial<Record<RateLimitBucket, number>>;
  /** Sign-ins per username and second; default 4 as Okta's. */
  readonly perUsernamePerSecond?: number;
  /** How long the endpoint of an event hook may take to answer; default 3000 as Okta's. */
  readonly hookTimeoutMs?: number;
  /** Sees every answer of the org as it goes out, faults excepted, for checks against Okta's OpenAPI. */
  readonly observe?: (exchange: Exchange) => void;
}

export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly contentType: string | null;
  readonly body: string;
}

export type RateLimitBucket =
  | 'authn'
  | 'token'
  | 'authorize'
  | 'oauth'
  | 'user'
  | 'users'
  | 'userWrites'
  | 'sessions'
  | 'logs'
  | 'other';

export interface PendingPush {
  readonly id: string;
  /** Three numbers to choose from; null without number matching. */
  readonly choices: readonly number[] | null;
}

export interface HookRegistration {
  /** An endpoint on this machine, which is asked to verify itself. */
  readonly url: string;
  /** The whole value of the Authorization header of each delivery. */
  readonly secret: string;
  /** Default: all that becomes of an account, sign-ins left out. */
  readonly eventTypes?: readonly string[];
}

/** One request as the org saw it; header names in lower case, no body, since bodies hold secrets. */
export interface SeenRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  /** 0 while the answer is not out, and for a fault that answered nothing. */
  readonly status: number;
  readonly at: number;
}

/** Breaks answers on purpose, before or after the org has acted. */
export interface FaultRule {
  readonly method?: string;
  /** Matches the path; a string matches as a prefix. */
  readonly path: string | RegExp;
  /** How many matching requests break; default all until `reset`. */
  readonly times?: number;
  readonly fault: Fault;
}

export type Fault =
  /** The org does nothing and answers with this. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** The org acts and answers, this much later; with `jitterMs` up to so much more or less. */
  | { readonly kind: 'delay'; readonly ms: number; readonly jitterMs?: number }
  /** The org acts and never answers; the socket stays open. */
  | { readonly kind: 'hang' }
  /** The socket is destroyed; `after` the org has acted, or `before`. */
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  /** The org acts; the answer stops in the middle of its body and the socket closes. */
  | { readonly kind: 'truncate' }
  /** Whatever `write` makes of the response, `after` the org has acted, or `before`. */
  | {
      readonly kind: 'raw';
      readonly when: 'before' | 'after';
      readonly write: (response: ServerResponse) => void;
    };

export interface EmbeddedOkta {
  /** `http://127.0.0.1:{port}`: the org URL. */
  readonly url: string;
  /** `{url}/oauth2/default`. */
  readonly issuer: string;
  /** The seeded credentials that `npm start` and tests use. */
  readonly seeded: SeededCredentials;
  /** Mails and text messages so far, oldest first; `to` takes an e-mail address or a phone number. */
  readonly outbox: { all(): readonly Mail[]; to(address: string): readonly Mail[]; clear(): void };
  /** The phones of this org's users. @throws for an unknown login, and where nothing is pending */
  readonly push: {
    /** Oldest first. */
    pending(login: string): readonly PendingPush[];
    /** Answers the newest; `choice` defaults to the number that the sign-in shows, another rejects. */
    approve(login: string, choice?: number): void;
    deny(login: string): void;
  };
  /** Requests so far, oldest first. */
  readonly requests: { all(): readonly SeenRequest[]; clear(): void };
  readonly events: {
    /** The System Log so far, oldest first. */
    all(): readonly LogEvent[];
    /** Queries find events that happen from now on this much later, until `reset`. */
    delayIndexing(ms: number): void;
  };
  readonly hooks: {
    /** Creates an event hook and verifies it. @returns its id. @throws where that fails */
    register(registration: HookRegistration): Promise<string>;
    /** Deliveries suffer from this, until `reset` or another trouble. */
    trouble(trouble: HookTrouble): void;
    /** Resolves once no delivery waits or is under way. */
    settled(): Promise<void>;
  };
  /** The rule is undone by the returned function, by `times`, and by `reset`. */
  fail(rule: FaultRule): () => void;
  /** NEXT becomes the signing key; the old one stays published until `retireOldKeys`. */
  rotateKeys(): Promise<void>;
  retireOldKeys(): void;
  /** Puts a user into a status as an administrator or time would. @throws for an unknown login */
  setStatus(login: string, status: NonNullable<SeedUser['status']>): void;
  /** From now on the pages that mails link to also link to this GraphiQL. */
  linkGraphiql(url: string): void;
  /** Back to the seed: users, sessions, tokens, mails, requests, events, faults, counters. Keys and event hooks stay. */
  reset(): Promise<void>;
  /** Stops listening, breaks off deliveries and destroys every socket; resolves when the snapshot is written. */
  close(): Promise<void>;
}

export interface SeededCredentials {
  readonly customer: { readonly email: string; readonly password: string };
  /** The API's own app: password, authorization_code, refresh_token; client_secret_basic. */
  readonly apiClient: {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly redirectUri: string;
  };
  /** A backend that gets tokens by client credentials with the scope `accounts.read`. */
  readonly serviceClient: {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly scope: string;
  };
  /** An SSWS token of an administrator. */
  readonly apiToken: string;
  /** A service app for the management API by private_key_jwt. */
  readonly managementApp: {
    readonly clientId: string;
    readonly privateKeyPem: string;
    readonly keyId: string;
  };
}
