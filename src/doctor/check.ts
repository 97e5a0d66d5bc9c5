import type { Config, OktaConfig, Secrets } from '../config.ts';
import type { AdminApi } from '../org/admin-api.ts';
import type { Probes } from './probes.ts';

/** For scripts and the docs; never renamed, never used for something else. */
export type Code = `D${number}`;

/** A group of checks; each has one line in the report. */
export type Area =
  | 'authorization server'
  | 'app of the customers'
  | 'sign-in policies'
  | 'service app'
  | 'network and rate limits'
  | 'passwords and recovery'
  | 'mails'
  | 'events'
  | 'profile schema'
  | 'this machine'
  | 'a customer';

export interface Finding {
  readonly code: Code;
  readonly severity: 'error' | 'warning' | 'note';
  /** What is wrong, with both values where two differ; never a secret, a token or an address. */
  readonly message: string;
  /** What a customer or a caller sees because of it, with our type, such as LogInDenied. */
  readonly seen: string;
  /** Okta's own words for it; null: Okta says nothing. */
  readonly oktaSays: string | null;
  /** Where to click in the Admin Console, or which variable to change. */
  readonly fix: string;
  /** The call of the admin API that fixes it; null: there is none. */
  readonly call: string | null;
}

/** What all checks look at. Reads of the org are shared, so that each object is read once. */
export interface Patient {
  readonly config: Config;
  /** The Okta part of `config`, with its credentials. */
  readonly okta: OktaConfig;
  readonly secrets: Secrets;
  /** Attributes of the org that signUp can give, besides those that every org has. */
  readonly signUpAttributes: readonly string[];
  /** Calls with the settings of production. */
  readonly probes: Probes;
  /** Reads paths that need no token. Its `get` and `list` answer each path once and remember it. */
  readonly anonymous: AdminApi;
  /** Null in tier A: there is no admin token. Its `get` and `list` answer each path once and remember it. */
  readonly admin: AdminApi | null;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Aborts when the person at the terminal gives up. */
  readonly interrupted: AbortSignal;
}

export interface Check {
  readonly code: Code;
  readonly area: Area;
  /** One line, for --json and the docs. */
  readonly title: string;
  /** Scopes of the admin token; none: it runs with the production settings alone. */
  readonly needs: readonly string[];
  /** Where one of these checks finds an error, this one is a consequence of it and is left out. */
  readonly explainedBy?: readonly Code[];
  /** It makes a customer of its own and deletes it, so it runs with --live alone. */
  readonly live?: true;
  /** Empty: it is as it should be. @throws AdminApiError, which the runner reports as "not looked" */
  look(patient: Patient): Promise<readonly Finding[]>;
}

/** What a check finds; its code is that of the check. */
export type Problem = Omit<Finding, 'code'>;

export function defineCheck(
  about: Omit<Check, 'look'>,
  look: (patient: Patient) => Promise<readonly Problem[]>,
): Check {
  const { code } = about;
  return {
    ...about,
    look: async (patient) => (await look(patient)).map((problem) => ({ code, ...problem })),
  };
}
