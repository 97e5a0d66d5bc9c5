import type {
  AccountEvent,
  ProfileCause,
  RecheckCause,
  SessionsEndedCause,
} from '../identity/account-event.ts';

// https://openid.net/specs/openid-caep-1_0-final.html and
// https://openid.net/specs/openid-risc-1_0-final.html. RISC sessions-revoked is deprecated there.
const caep = 'https://schemas.openid.net/secevent/caep/event-type/';
const risc = 'https://schemas.openid.net/secevent/risc/event-type/';
/** Where the standards have no type that would be true. */
const own = 'urn:okta-account-api:event-type:';

export const subjectTypes = { token: 'urn:okta-account-api:subject:oauth_token' } as const;

/**
 * What a cache does, whether it knows the type or not. `refuse` and `ask`: it drops its verdicts on the
 * subject, and asks this API. A digest may be refused without asking. `reread`: it drops the profile.
 * `forget`: it drops everything about the account.
 */
export type Effect = 'refuse' | 'ask' | 'reread' | 'forget';

/** How one kind of event with one cause is described to readers. */
export interface EventRow {
  readonly type: string;
  readonly initiatingEntity?: 'admin' | 'user' | 'policy' | 'system';
  /** In English, for `reason_admin`. */
  readonly reason: string;
  /** Members that the type requires. */
  readonly extra?: Readonly<Record<string, string>>;
  readonly effect: readonly Effect[];
}

type Rows<Cause extends string> = Readonly<Record<Cause | 'UNKNOWN', EventRow>>;

const sessionsEnded: Rows<SessionsEndedCause> = {
  UNKNOWN: {
    type: `${caep}session-revoked`,
    reason: 'Sessions were ended.',
    effect: ['refuse'],
  },
  LOG_OUT: {
    type: `${caep}session-revoked`,
    initiatingEntity: 'user',
    reason: 'The customer ended the sessions.',
    effect: ['refuse'],
  },
  ACCOUNT_DISABLED: {
    type: `${risc}account-disabled`,
    reason: 'The account was suspended or deactivated, or its deletion has begun.',
    effect: ['refuse', 'reread'],
  },
  ACCOUNT_DELETED: {
    type: `${risc}account-purged`,
    reason: 'The account was deleted.',
    effect: ['refuse', 'forget'],
  },
};

const recheckTokens: Rows<RecheckCause> = {
  UNKNOWN: {
    type: `${own}tokens-doubted`,
    reason: 'Tokens of the account may have been revoked.',
    effect: ['ask'],
  },
  PASSWORD_CHANGED: {
    type: `${caep}credential-change`,
    reason: 'The password was changed or reset.',
    extra: { credential_type: 'password', change_type: 'update' },
    effect: ['ask', 'reread'],
  },
  PASSWORD_EXPIRED: {
    type: `${risc}account-credential-change-required`,
    reason: 'The password was expired.',
    effect: ['ask', 'reread'],
  },
  FACTORS_RESET: {
    type: `${caep}credential-change`,
    reason: 'All factors were reset.',
    extra: { credential_type: 'all', change_type: 'delete' },
    effect: ['ask'],
  },
  ACCOUNT_LOCKED: {
    type: `${risc}account-disabled`,
    initiatingEntity: 'policy',
    reason: 'The account was locked after failed sign-ins.',
    effect: ['ask', 'reread'],
  },
  SESSION_ENDED: {
    type: `${caep}session-revoked`,
    reason: 'Okta ended sessions. Whether that revokes tokens depends on settings.',
    effect: ['ask'],
  },
  TOKEN_REVOKED: {
    type: `${own}tokens-doubted`,
    reason: 'Okta revoked tokens, without naming them.',
    effect: ['ask'],
  },
};

const profileChanged: Rows<ProfileCause> = {
  UNKNOWN: {
    type: `${own}profile-changed`,
    reason: 'The profile may have changed.',
    effect: ['reread'],
  },
  ACCOUNT_ENABLED: {
    type: `${risc}account-enabled`,
    reason: 'The account was activated or unlocked, or is no longer suspended.',
    effect: ['ask', 'reread'],
  },
};

const recheckServices: EventRow = {
  type: `${own}tokens-doubted`,
  reason: 'Tokens of services may have been revoked.',
  effect: ['ask'],
};

const tokenEnded: EventRow = {
  type: `${own}token-revoked`,
  reason: 'The token was revoked.',
  effect: ['refuse'],
};

/** Null for a gap and a watermark, which the stream has frames of its own for. */
export function rowOf(event: AccountEvent): EventRow | null {
  switch (event.kind) {
    case 'SESSIONS_ENDED':
      return sessionsEnded[event.cause ?? 'UNKNOWN'];
    case 'RECHECK_TOKENS':
      return recheckTokens[event.cause ?? 'UNKNOWN'];
    case 'PROFILE_CHANGED':
      return profileChanged[event.cause ?? 'UNKNOWN'];
    case 'RECHECK_SERVICES':
      return recheckServices;
    case 'TOKEN_ENDED':
      return tokenEnded;
    case 'GAP':
    case 'WATERMARK':
      return null;
  }
}
