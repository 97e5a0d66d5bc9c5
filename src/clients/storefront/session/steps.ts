import type {
  ActivateFactorMutation,
  ChangeExpiredPasswordMutation,
  EnrollFactorMutation,
  LogInMutation,
  RequestEmailChangeMutation,
  ResetPasswordMutation,
  SendMfaChallengeMutation,
  VerifyEmailMutation,
  VerifyMfaMutation,
} from '../documents/graphql.ts';

/** What stays on the server: the session keeps it in its cookies. */
type Secret = 'tokens' | 'transaction' | 'retryTransaction';

/** A result as a page may see it: without tokens and handles. */
export type Shown<Result> = Result extends unknown ? Omit<Result, Secret> : never;

/** The tokens of a log-in do not fit into two cookies. They are revoked. */
export interface SessionTooLarge {
  readonly __typename: 'SessionTooLarge';
  readonly code: 'SESSION_TOO_LARGE';
  readonly message: string;
  readonly retryable: false;
}

type Member<Result, Name> = Extract<Result, { __typename: Name }>;
export type MfaFactor = Member<LogInMutation['logIn'], 'MfaRequired'>['factors'][number];

/**
 * Where a customer stands between two requests, from the cookie that keeps the `transaction`. `factors`
 * are those of `MfaRequired`, at its later steps too.
 */
export type PendingStep = Shown<
  | Member<LogInMutation['logIn'], 'MfaRequired' | 'MfaEnrollmentRequired' | 'PasswordExpired'>
  | (Member<SendMfaChallengeMutation['sendMfaChallenge'], 'MfaChallengeSent'> & WithFactors)
  | (Member<VerifyMfaMutation['verifyMfa'], 'MfaPending'> & WithFactors)
  | Member<EnrollFactorMutation['enrollFactor'], 'EnrollFactorSuccess'>
  | Member<ActivateFactorMutation['activateFactor'], 'MfaRequired'>
  | Member<RequestEmailChangeMutation['requestEmailChange'], 'RequestEmailChangeSuccess'>
  | Member<ResetPasswordMutation['resetPassword'], 'PasswordRejected'>
  | Member<VerifyEmailMutation['verifyEmail'], 'PasswordRejected'>
  | Member<ChangeExpiredPasswordMutation['changeExpiredPassword'], 'PasswordRejected'>
>;

interface WithFactors {
  readonly factors?: readonly MfaFactor[] | undefined;
}

/** What the step cookie holds. */
export interface StoredStep {
  readonly step: Readonly<Record<string, unknown>>;
  readonly transaction: string;
}

/** Of a retryTransaction, which does not say how long it lasts. */
const defaultStepMs = 10 * 60_000;

/** The step that a result leads to; null where it leads to none. */
export function stepOf(
  result: Readonly<Record<string, unknown>>,
  previous: StoredStep | null,
  now: number,
): { readonly stored: StoredStep; readonly expiresAt: number } | null {
  const transaction = result['transaction'] ?? result['retryTransaction'];
  if (typeof transaction !== 'string') return null;
  const { factors } = previous?.step ?? {};
  const isMfa =
    result['__typename'] === 'MfaChallengeSent' || result['__typename'] === 'MfaPending';
  const step = { ...shown(result), ...(isMfa && factors !== undefined ? { factors } : {}) };
  const stated = Date.parse(String(result['expiresAt']));
  return {
    stored: { step, transaction },
    expiresAt: Number.isNaN(stated) ? now + defaultStepMs : stated,
  };
}

export function shown<Result extends object>(result: Result): Shown<Result> {
  const { tokens, transaction, retryTransaction, ...rest } = result as Result & {
    [Name in Secret]?: unknown;
  };
  return rest as Shown<Result>;
}
