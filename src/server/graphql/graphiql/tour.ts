import type { Operation } from './example-operations.ts';

/** One ready-made tab; `variables` and `headers` are JSON texts. */
export interface Tab {
  readonly query: string;
  readonly variables: string;
  readonly headers: string;
}

/** An operation, with a note where it comes again. */
type Step = string | readonly [operation: string, note: string];

/** Each answer gives values that the next tabs need. What cannot be undone comes last. */
const steps: readonly Step[] = [
  'SignUp',
  'LogIn',
  'Me',
  'RefreshToken',
  'ValidateToken',
  'User',
  'Users',
  'ChangePassword',
  ['LogIn', 'Log in again, as on another device.'],
  ['Me', 'Now there are two sessions.'],
  'RevokeSession',
  'EnrollFactor',
  'ActivateFactor',
  'AccountConfig',
  'UpdateProfile',
  'LogOut',
  'RequestPasswordReset',
  'ResetPassword',
  ['LogIn', 'Log in with the new password. The second factor makes the answer MfaRequired.'],
  // So EnrollFactor is well before it.
  [
    'SendMfaChallenge',
    'Okta sends one text message in 30 seconds. After RateLimited wait, and run this again.',
  ],
  'VerifyMfa',
  'RemoveFactor',
  'RequestEmailChange',
  'ConfirmEmailChange',
  'RequestUnlock',
  'UnlockAccount',
  'ResendVerificationEmail',
  'VerifyEmail',
  'ChangeExpiredPassword',
  'DeleteAccount',
];

const welcome = `# Run the tabs from left to right: each one works
# with what the answers before it have brought.
#
# {{name}} in Variables and Headers stands for a value.
# The line at the top shows the values; click one to
# copy it. You may write your own in their place.
#
# Mails and text messages are in the outbox (link at
# the top). Codes and tokens in them are filled in too.
#
# Three tabs need another situation: UnlockAccount a
# locked account, ChangeExpiredPassword an expired
# password, VerifyEmail SIGN_UP=VERIFY_EMAIL.
# DeleteAccount cannot be undone, so it comes last.

query Welcome {
  __typename
}
`;

export interface TourOptions {
  /** The `Authorization` of the tabs that a backend would send. */
  readonly service: string;
  readonly signUp: 'ACTIVE' | 'VERIFY_EMAIL';
}

/**
 * The first tab is the only one whose variables GraphiQL 5 does not show at the first visit, so it is
 * one that has none. An operation that the tour does not name comes before its last one.
 */
export function toTabs(
  operations: readonly Operation[],
  { service, signUp }: TourOptions,
): readonly Tab[] {
  const headers = {
    none: {},
    customer: { authorization: 'Bearer {{accessToken}}' },
    service: { authorization: service },
  };
  const byName = new Map(operations.map((operation) => [operation.name, operation]));
  const tabs = stepsFor(operations, signUp).flatMap((step) => {
    const [name, note] = typeof step === 'string' ? [step, null] : step;
    const operation = byName.get(name);
    if (operation === undefined) return [];
    return {
      query: note === null ? operation.query : `# ${note}\n${operation.query}`,
      variables: JSON.stringify(variablesOf(operation, signUp), null, 2),
      headers: JSON.stringify(headers[operation.authorization], null, 2),
    };
  });
  return [{ query: welcome, variables: '{}', headers: '{}' }, ...tabs];
}

function stepsFor(operations: readonly Operation[], signUp: TourOptions['signUp']): Step[] {
  const named = new Set(steps.map((step) => (typeof step === 'string' ? step : step[0])));
  const others = operations.map(({ name }) => name).filter((name) => !named.has(name));
  const tour = [...steps.slice(0, -1), ...others, ...steps.slice(-1)];
  if (signUp === 'ACTIVE') return tour;
  // The token in the mail opens the account.
  return tour.flatMap((step) => {
    if (step === 'VerifyEmail') return [];
    return step === 'SignUp' ? ['SignUp', 'VerifyEmail'] : [step];
  });
}

function variablesOf({ name, variables }: Operation, signUp: TourOptions['signUp']): unknown {
  const { input } = variables;
  if (name !== 'SignUp' || signUp === 'ACTIVE' || typeof input !== 'object') return variables;
  return { input: { ...input, password: undefined } };
}
