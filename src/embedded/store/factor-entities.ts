/** The second factors of the embedded org. Times are epoch milliseconds. */

export type FactorType = 'token:software:totp' | 'email' | 'sms' | 'push';

/** Whether sign-in requires a second factor: never, of users who have one, or of all users. */
export type MfaPolicy = 'OFF' | 'OPTIONAL' | 'REQUIRED';

export interface FactorEntity {
  id: string;
  userId: string;
  type: FactorType;
  provider: 'OKTA' | 'GOOGLE';
  status: 'PENDING_ACTIVATION' | 'ACTIVE';
  created: number;
  lastUpdated: number;
  /** Where codes go: an e-mail address or a phone number; null for TOTP and push. */
  address: string | null;
  /** Base32, of TOTP alone. */
  secret: string | null;
  /** The newest TOTP step that was accepted: no code of it or of an earlier one works again. */
  lastTimeStep: number | null;
  /** The code that was sent last, until it is used. */
  sentCode: { code: string; expiresAt: number } | null;
  /** When a code was sent last; the next one has to wait. */
  sentAt: number | null;
  /** Whether a push shows three numbers to choose from. */
  numberMatching: boolean;
}

/** A push notification on its way to a phone that this org only pretends to reach. */
export interface PushEntity {
  /** `mst…` */
  id: string;
  factorId: string;
  userId: string;
  result: 'WAITING' | 'SUCCESS' | 'REJECTED';
  /** Number matching: what the phone offers, and which of them the sign-in shows; null: without. */
  numbers: { choices: number[]; correct: number } | null;
  expiresAt: number;
}

/** A direct authentication with a correct password that needs a second factor. */
export interface MfaTokenEntity {
  token: string;
  userId: string;
  clientId: string;
  serverId: string;
  scopes: string[];
  /** The factor that `/challenge` chose for an out-of-band code; null before. */
  oob: OutOfBandEntity | null;
  expiresAt: number;
}

export interface OutOfBandEntity {
  code: string;
  factorId: string;
  /** Null for SMS, whose code comes back as `binding_code`. */
  pushId: string | null;
  lastPolledAt: number | null;
  expiresAt: number;
}
