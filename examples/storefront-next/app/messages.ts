/** What a form shows after an attempt in vain; `problem` null: nothing has been tried yet. */
export interface FormState {
  readonly problem: string | null;
  /** Whether another input may help: false for limits and failures. */
  readonly isInput?: boolean;
  /** What was typed and may be shown again: never a password or a code. */
  readonly email?: string;
}

interface Outcome {
  readonly __typename: string;
  readonly retryable?: boolean;
  readonly retryAfterSeconds?: number;
}

export function failed(outcome: Outcome): FormState {
  return { problem: messageOf(outcome), isInput: outcome.retryable !== true };
}

const texts: Readonly<Record<string, string>> = {
  InvalidCredentials: 'The e-mail address or the password is wrong.',
  ValidationFailed: 'Please check what you have typed.',
  AccountLocked:
    'This account is locked after too many attempts. Reset your password or try later.',
  AccountDisabled: 'This account is not active.',
  EmailNotVerified: 'Please confirm your e-mail address first. We have sent you a link.',
  LogInDenied: 'You cannot log in here.',
  MfaCodeInvalid: 'The code is wrong or has expired.',
  MfaRejected: 'The request was rejected on your phone.',
  FactorNotAllowed: 'This way cannot be used. Choose another one.',
  FactorNotFound: 'This way cannot be used. Choose another one.',
  UpstreamUnavailable: 'We cannot log you in at the moment. Please try again in a minute.',
  PasswordExpired: 'Your password has expired. This example has no page for that.',
  MfaEnrollmentRequired: 'Set up a second factor first. This example has no page for that.',
};

/** For shoppers. The `message` of an outcome is for developers. */
function messageOf({ __typename, retryAfterSeconds }: Outcome): string {
  if (__typename === 'RateLimited') {
    return `Too many attempts. Please try again in ${timeOf(retryAfterSeconds ?? 60)}.`;
  }
  return texts[__typename] ?? 'That did not work. Please try again.';
}

function timeOf(seconds: number): string {
  if (seconds < 10) return 'a few seconds';
  if (seconds < 90) return `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}
