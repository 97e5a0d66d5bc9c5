import type { CallContext, FactorOption, FactorType, LogInOutcome, User } from './model.ts';

/** A factor of an account. */
export interface Factor extends FactorOption {
  /** PENDING_ACTIVATION: needs its first code, and cannot be used for a log-in yet. */
  readonly status: 'PENDING_ACTIVATION' | 'ACTIVE';
  readonly createdAt: Date | null;
}

/** A factor that a customer can enroll with this API. A PUSH factor is enrolled on the phone. */
export interface NewFactor {
  readonly type: Exclude<FactorType, 'PUSH'>;
  /** For SMS, null otherwise. */
  readonly phoneNumber: string | null;
}

/** A factor that needs its first code. Okta has sent it, unless the factor is TOTP. */
export interface Enrollment {
  readonly factor: Factor;
  /** Null unless the factor is TOTP. */
  readonly totp: TotpSecret | null;
}

/** The secret of an authenticator app: its holder can generate every code. */
export interface TotpSecret {
  /** Base32 (RFC 4648 section 6). */
  readonly secret: string;
  /** `otpauth://totp/…`, to be shown as a QR code. */
  readonly uri: string;
}

export interface MfaChallenge {
  /** Replaces the continuation that the challenge was sent with. */
  readonly continuation: string;
  readonly expiresAt: Date;
  readonly factor: FactorOption;
  /** The number to choose on the phone; null without number matching. */
  readonly numberChallenge: string | null;
  /** No other message or push is sent before. */
  readonly resendAfter: Date;
}

export type MfaOutcome =
  | LogInOutcome
  | {
      /** The push is not answered yet. The same continuation can be polled again. */
      readonly kind: 'mfaPending';
      readonly pollAfterSeconds: number;
      readonly numberChallenge: string | null;
    };

/** Second factors. The general errors are those of the port. */
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
   * Finishes a log-in with a code, or polls a push. All factors except TOTP need the continuation of the
   * challenge.
   * @throws MfaCodeInvalid and MfaRejected, after which the continuation stays valid;
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
   * Enrolls the factor that the org requires for a log-in.
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

  /** Factors of this API's types, in Okta's order. Empty for an unknown account. */
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
