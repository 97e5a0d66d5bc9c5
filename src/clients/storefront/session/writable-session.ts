import type { AccountClient } from '../client/create-account-client.ts';
import type { TypedDocument } from '../client/document.ts';
import { AccountApiError } from '../client/errors.ts';
import type { CallContext } from '../client/settings.ts';
import { signedOut } from './condition.ts';
import type { SessionCore } from './core.ts';
import { mutate, type Outcome, type Union, unavailable } from './mutate.ts';
import { checkOrigin } from './origin.ts';
import { Session } from './session.ts';

type Mutation = {
  [Name in keyof AccountClient]: AccountClient[Name] extends (
    input: never,
    context?: CallContext,
  ) => Promise<{ readonly __typename: string }>
    ? Name
    : never;
}[keyof AccountClient];
type Input<Name extends Mutation> = Parameters<AccountClient[Name]>[0];
type Result<Name extends Mutation> = Outcome<Awaited<ReturnType<AccountClient[Name]>>>;
/** An input of which the session knows the handle. */
type Without<Name extends Mutation, Key extends string> = Omit<Input<Name>, Key>;

/**
 * The session of one request whose answer can set cookies. Each method that changes something checks
 * the origin first and throws RequestRefused; gives the outcome of the API without tokens and handles,
 * which go into cookies; gives `UpstreamUnavailable` too where the API itself cannot be reached; and
 * throws AccountApiError for faults that no customer can mend.
 */
export class WritableSession extends Session {
  readonly #core: SessionCore;

  constructor(core: SessionCore) {
    super(core);
    this.#core = core;
  }

  /**
   * New tokens, 60 seconds before the old ones expire; one call to the API for all requests of one
   * token. `open` has done it already. Never throws: see `state`.
   */
  refreshIfNeeded(): Promise<void> {
    return this.#core.refresh(false);
  }

  logIn(input: Input<'logIn'>) {
    return this.#anyone('logIn', input);
  }

  /** Sends a code or a push, in the step `MfaRequired` or after it. */
  sendMfaChallenge(input: Without<'sendMfaChallenge', 'transaction'>) {
    return this.#inStep('sendMfaChallenge', (transaction) => ({ ...input, transaction }));
  }

  /** Finishes the log-in. For a push call it again while the outcome is `MfaPending`. */
  verifyMfa(input: Without<'verifyMfa', 'transaction'>) {
    return this.#inStep('verifyMfa', (transaction) => ({ ...input, transaction }));
  }

  /** In the step `PasswordExpired`. */
  changeExpiredPassword(input: Without<'changeExpiredPassword', 'transaction'>) {
    return this.#inStep('changeExpiredPassword', (transaction) => ({ ...input, transaction }));
  }

  /** In the step `MfaEnrollmentRequired` without a password; for a signed-in customer with it. */
  async enrollFactor(input: Without<'enrollFactor', 'transaction'>) {
    return this.#inStepOrSignedIn('enrollFactor', input);
  }

  /** After `enrollFactor`. In a log-in the outcome is as that of `logIn`. */
  async activateFactor(input: Without<'activateFactor', 'transaction'>) {
    return this.#inStepOrSignedIn('activateFactor', input);
  }

  signUp(input: Input<'signUp'>) {
    return this.#anyone('signUp', input);
  }

  /** @param input without a token after `PasswordRejected`, which keeps another one in the cookie */
  verifyEmail(input: Without<'verifyEmail', 'token'> & { readonly token?: string }) {
    const { token, ...rest } = input;
    return this.#inStep('verifyEmail', (retry) => ({ ...rest, token: token ?? retry }), token);
  }

  resendVerificationEmail(input: Input<'resendVerificationEmail'>) {
    return this.#anyone('resendVerificationEmail', input);
  }

  requestPasswordReset(input: Input<'requestPasswordReset'>) {
    return this.#anyone('requestPasswordReset', input);
  }

  /** @param input without a token after `PasswordRejected`, which keeps another one in the cookie */
  resetPassword(input: Without<'resetPassword', 'resetToken'> & { readonly resetToken?: string }) {
    const { resetToken, ...rest } = input;
    return this.#inStep(
      'resetPassword',
      (retry) => ({ ...rest, resetToken: resetToken ?? retry }),
      resetToken,
    );
  }

  requestUnlock(input: Input<'requestUnlock'>) {
    return this.#anyone('requestUnlock', input);
  }

  unlockAccount(input: Input<'unlockAccount'>) {
    return this.#anyone('unlockAccount', input);
  }

  updateProfile(input: Input<'updateProfile'>) {
    return this.#signedIn('updateProfile', input);
  }

  /** The session goes on with new tokens, or ends where `logInRequired` is true. */
  changePassword(input: Input<'changePassword'>) {
    return this.#signedIn('changePassword', input);
  }

  requestEmailChange(input: Input<'requestEmailChange'>) {
    return this.#signedIn('requestEmailChange', input);
  }

  /** In the step `RequestEmailChangeSuccess`. */
  async confirmEmailChange(input: Without<'confirmEmailChange', 'transaction'>) {
    const transaction = (await this.#handle('confirmEmailChange')) ?? none;
    return this.#signedIn('confirmEmailChange', { ...input, transaction });
  }

  revokeSession(input: Input<'revokeSession'>) {
    return this.#signedIn('revokeSession', input);
  }

  removeFactor(input: Input<'removeFactor'>) {
    return this.#signedIn('removeFactor', input);
  }

  async deleteAccount(input: Input<'deleteAccount'>) {
    const outcome = await this.#signedIn('deleteAccount', input);
    if (outcome.__typename === 'DeleteAccountSuccess') this.#core.forget(signedOut('LOGGED_OUT'));
    return outcome;
  }

  /**
   * Ends this session, or every one. The browser forgets it whatever the outcome: who presses "log out"
   * must be logged out. With `OTHER_SESSIONS` it goes on.
   */
  async logOut({ scope = 'THIS_SESSION' }: Pick<Input<'logOut'>, 'scope'> = {}) {
    if (scope === 'OTHER_SESSIONS') return this.#signedIn('logOut', { scope });
    checkOrigin(this.#core.exchange, this.#core.shared.origins);
    try {
      return await (scope === 'EVERYWHERE' ? this.#endAll() : this.#endThis());
    } finally {
      this.#core.forget(signedOut('LOGGED_OUT'));
      await this.#core.endStep();
    }
  }

  async #endThis() {
    const { accessToken, refreshToken } = this.#core;
    if (accessToken === null && refreshToken === null) return nothingToEnd;
    return this.#call('logOut', { accessToken, refreshToken });
  }

  /** It needs an access token: without one at least this session ends. */
  async #endAll() {
    const input = { scope: 'EVERYWHERE' } as const;
    const outcome = await this.asCustomer((token) => this.#call('logOut', input, token));
    if (outcome !== null) return outcome;
    const ended = await this.#endThis();
    if (ended === nothingToEnd) return ended;
    return unavailable('This session has ended. The other ones could not be ended now.');
  }

  /** A mutation document of your own, in the name of the customer. @throws RequestRefused, AccountApiError */
  async mutate<Data, Variables>(
    document: TypedDocument<Data, Variables>,
    variables: Variables,
  ): Promise<Data> {
    checkOrigin(this.#core.exchange, this.#core.shared.origins);
    const data = await this.send(document, variables);
    return data ?? signedOutError('mutate');
  }

  #anyone<Name extends Mutation>(name: Name, input: Input<Name>) {
    return this.#call(name, input);
  }

  async #signedIn<Name extends Mutation>(name: Name, input: Input<Name>) {
    checkOrigin(this.#core.exchange, this.#core.shared.origins);
    const outcome = await this.asCustomer((token) => this.#call(name, input, token));
    return outcome ?? signedOutError(name);
  }

  /** @param given a token in place of the step's */
  async #inStep<Name extends keyof typeof stepsOf>(
    name: Name,
    inputOf: (handle: string) => Input<Name>,
    given?: string,
  ) {
    return this.#call(name, inputOf(given ?? (await this.#handle(name)) ?? none));
  }

  /** Of the step that the mutation goes on with; undefined where the customer is in no such step. */
  async #handle(name: keyof typeof stepsOf): Promise<string | undefined> {
    const stored = await this.#core.step();
    const steps: readonly unknown[] = stepsOf[name];
    return steps.includes(stored?.step['__typename']) ? stored?.transaction : undefined;
  }

  async #inStepOrSignedIn<Name extends 'enrollFactor' | 'activateFactor'>(
    name: Name,
    input: Without<Name, 'transaction'>,
  ) {
    const transaction = await this.#handle(name);
    const full = { ...input, ...(transaction === undefined ? {} : { transaction }) };
    return transaction === undefined
      ? this.#signedIn(name, full as Input<Name>)
      : this.#call(name, full as Input<Name>);
  }

  #call<Name extends Mutation>(name: Name, input: Input<Name>, token?: string) {
    const method = this.#core.shared.client[name] as (
      input: Input<Name>,
      context: CallContext,
    ) => Promise<Union>;
    const outcome = mutate(this.#core, (context) => method(input, context), token);
    return outcome as Promise<Result<Name>>;
  }
}

/** No handle at all, which the API answers as it does one that has ended. */
const none = 'none';

const mfaSteps = ['MfaRequired', 'MfaChallengeSent', 'MfaPending'] as const;
const enrollmentSteps = ['MfaEnrollmentRequired', 'EnrollFactorSuccess'] as const;
/** The steps that a mutation goes on with. */
const stepsOf = {
  sendMfaChallenge: mfaSteps,
  verifyMfa: mfaSteps,
  changeExpiredPassword: ['PasswordExpired'],
  enrollFactor: enrollmentSteps,
  activateFactor: enrollmentSteps,
  verifyEmail: ['PasswordRejected'],
  resetPassword: ['PasswordRejected'],
  confirmEmailChange: ['RequestEmailChangeSuccess'],
} as const;

const nothingToEnd = { __typename: 'LogOutSuccess', revoked: [], sessionsEnded: null } as const;

function signedOutError(operation: string): never {
  throw new AccountApiError('CALLER_UNAUTHENTICATED', {
    operation,
    detail: 'Nobody is signed in: see session.state.',
  });
}
