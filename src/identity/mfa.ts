import type { CallContext, FactorOption, FactorType, LogInOutcome, User } from './model.ts';

/** A factor of an account. */
export interface Factor extends FactorOption {
  /** PENDING_ACTIVATION: it waits for its first code and proves nothing yet. */
  readonly status: 'PENDING_ACTIVATION' | 'ACTIVE';
  readonly createdAt: Date | null;
}

/** What a customer can set up over this API: a PUSH factor begins on the phone. */
export interface NewFactor {
  readonly type: Exclude<FactorType, 'PUSH'>;
  /** For SMS, null otherwise. */
  readonly phoneNumber: string | null;
}

/** A factor that waits for its first code; Okta has sent it unless the factor is TOTP. */
export interface Enrollment {
  readonly factor: Factor;
  /** Null unless the factor is TOTP. */
  readonly totp: TotpSecret | null;
}

/** What an authenticator app needs. It is secret: its holder can make every code. */
export interface TotpSecret {
  /** Base32 (RFC 4648 section 6). */
  readonly secret: string;
  /** `otpauth://totp/…`, to be shown as a QR code. */
  readonly uri: string;
}

export interface MfaChallenge {
  /** Takes the place of the one that the challenge was sent with. */
  readonly continuation: string;
  readonly expiresAt: Date;
  readonly factor: FactorOption;
  /** What the customer has to choose on the phone; null where nothing is to be compared. */
  readonly numberChallenge: string | null;
  /** The factor gets nothing more before. */
  readonly resendAfter: Date;
}

export type MfaOutcome =
  | LogInOutcome
  | {
      /** The push is on the phone and unanswered: the continuation is good for another look. */
      readonly kind: 'mfaPending';
      readonly pollAfterSeconds: number;
      readonly numberChallenge: string | null;
    };

/** What the identity provider does with second factors; the general errors are as in the port. */
export interface MultiFactor {
  /**
   * Sends a code or a push. May be called again, for this factor or another one.
   * @param step its continuation comes from `mfaRequired` or an earlier challenge
   * @throws FactorNotFound, FactorNotAllowed, ValidationFailed (TOTP needs no challenge),
   *   TransactionInvalid, AccountLocked, LogInDenied
   */
  sendMfaChallenge(
    step: { readonly continuation: string; readonly factorId: string },
    context: CallContext,
  ): Promise<MfaChallenge>;

  /**
   * Finishes a log-in by a code or, for a push, looks whether it is approved. All but TOTP need the
   * continuation of the challenge.
   * @throws MfaCodeInvalid and MfaRejected, after which the continuation is good for another try;
   *   FactorNotFound, ValidationFailed (no code, or no challenge was sent), TransactionInvalid,
   *   AccountLocked, LogInDenied
   */
  verifyMfa(
    step: {
      readonly continuation: string;
      readonly factorId: string;
      /** Null for a push. */
      readonly code: string | null;
    },
    context: CallContext,
  ): Promise<MfaOutcome>;

  /**
   * Sets up the factor that the org requires for a log-in.
   * @param step its continuation comes from `mfaEnrollmentRequired`
   * @throws FactorNotAllowed, ValidationFailed (phone number), TransactionInvalid
   */
  enrollFactorAtLogIn(
    step: { readonly continuation: string; readonly factor: NewFactor },
    context: CallContext,
  ): Promise<Enrollment & { readonly continuation: string; readonly expiresAt: Date }>;

  /** @throws MfaCodeInvalid, FactorNotFound, TransactionInvalid, AccountLocked, LogInDenied */
  activateFactorAtLogIn(
    step: { readonly continuation: string; readonly factorId: string; readonly code: string },
    context: CallContext,
  ): Promise<LogInOutcome>;

  /** Those of the types of this API, in Okta's order; empty for an unknown account. */
  listFactors(userId: string, context: CallContext): Promise<readonly Factor[]>;

  /** @throws FactorNotAllowed, ValidationFailed (phone number) */
  enrollFactor(
    enrollment: {
      readonly user: Pick<User, 'id' | 'login' | 'email'>;
      readonly factor: NewFactor;
    },
    context: CallContext,
  ): Promise<Enrollment>;

  /** @throws MfaCodeInvalid, FactorNotFound, FactorNotAllowed (it is active already) */
  activateFactor(
    activation: { readonly userId: string; readonly factorId: string; readonly code: string },
    context: CallContext,
  ): Promise<Factor>;

  /** @throws FactorNotFound */
  removeFactor(
    factor: { readonly userId: string; readonly factorId: string },
    context: CallContext,
  ): Promise<void>;
}
