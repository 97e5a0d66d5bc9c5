import type { UpstreamUnavailable } from './errors.ts';
import type { MultiFactor } from './mfa.ts';
import type {
  CallContext,
  Credentials,
  FactorType,
  Introspection,
  LogInOutcome,
  MailProof,
  NewUser,
  ProfileChanges,
  RequestedEmailChange,
  Session,
  Tokens,
  UnverifiedUser,
  User,
  UserStatus,
} from './model.ts';
import type { PasswordPolicy } from './password-policy.ts';

/**
 * Sends a mail that was found before. Its duration and outcome depend on the account, so a caller who
 * must not learn of the account must not wait for it.
 */
export type SendMail = (context: CallContext) => Promise<void>;

/** Accounts by id. One that cannot be read has its error in its place. */
export type FoundUsers = ReadonlyMap<string, User | UpstreamUnavailable>;

/**
 * All the account API asks of an identity provider.
 *
 * Every method may throw RateLimited, UpstreamUnavailable or ProviderMisconfigured, and rejects
 * with the signal's reason when `context.signal` fires. Further errors are named per method.
 */
export interface IdentityProvider extends MultiFactor {
  /** @throws InvalidCredentials, AccountLocked, LogInDenied */
  logIn(credentials: Credentials, context: CallContext): Promise<LogInOutcome>;

  /**
   * Finishes a log-in that stopped at an expired password. With `endSessions` every earlier session
   * has ended when it resolves. UpstreamUnavailable may mean that the new password is set already and
   * an earlier session still lives.
   * @param continuation as given by `logIn`; single-use
   * @throws InvalidCredentials (current password wrong) and PasswordRejected, after which the
   *   continuation is good for another try; TransactionInvalid, AccountLocked, LogInDenied
   */
  changeExpiredPassword(
    change: {
      readonly continuation: string;
      readonly currentPassword: string;
      readonly newPassword: string;
      readonly endSessions: boolean;
    },
    context: CallContext,
  ): Promise<LogInOutcome>;

  /**
   * The answer holds the given refresh token again where the provider does not rotate.
   * @throws RefreshTokenRejected
   */
  refresh(refreshToken: string, context: CallContext): Promise<Tokens>;

  /** RFC 7009: succeeds for unknown and ended tokens too. */
  revoke(
    token: string,
    kind: 'access_token' | 'refresh_token',
    context: CallContext,
  ): Promise<void>;

  /**
   * RFC 7662: a token that is not the issuer's own is `{ active: false }`, not an error.
   * @param onSend called right before the request is sent, which may be long after the call
   */
  introspect(token: string, context: CallContext, onSend?: () => void): Promise<Introspection>;

  /** The id of the user whose refresh token it is; null for one that is not good. Costs two calls. */
  ownerOfRefreshToken(refreshToken: string, context: CallContext): Promise<string | null>;

  /** Makes an account that can log in at once. @throws EmailTaken, PasswordRejected, ValidationFailed */
  createUser(user: NewUser, context: CallContext): Promise<User>;

  /**
   * Makes an account that waits for its owner, and mails them the token for `verifyEmail`.
   * @throws EmailTaken, ValidationFailed
   */
  createUnverifiedUser(user: UnverifiedUser, context: CallContext): Promise<User>;

  /**
   * The mail of `createUnverifiedUser` once more. Null for every address that does not belong to an
   * account that waits for it.
   */
  verificationMail(email: string, context: CallContext): Promise<SendMail | null>;

  /**
   * Consumes the token of the mail, gives the account its first password and logs in. Null where the
   * account is ready and the log-in did not succeed; from the moment the password is set nothing is
   * thrown. UpstreamUnavailable may mean that it is set already.
   * @throws VerificationTokenInvalid; PasswordRejected, whose continuation is good for another try
   */
  verifyEmail(proof: MailProof, password: string, context: CallContext): Promise<Tokens | null>;

  /**
   * The account that logs in with the address, if it was made within the last ten minutes: it may be
   * that of a `createUser` whose answer was lost. Null for every other address.
   */
  findNewUser(email: string, context: CallContext): Promise<User | null>;

  /** The status of the account that logs in with the address; null where there is none. */
  accountStatus(email: string, context: CallContext): Promise<UserStatus | null>;

  /**
   * Reads are consistent: an account made a moment ago is found. Unknown ids are absent from the map;
   * an account that is there and cannot be read has UpstreamUnavailable in its place.
   */
  findUsers(ids: readonly string[], context: CallContext): Promise<FoundUsers>;

  /**
   * The mail by which the owner of the account gets in again: to reset the password or, where that
   * would not help, to verify the address or to unlock the account. Alike for unknown accounts and
   * for those that get no mail, such as disabled ones: to send it is then to send nothing.
   */
  passwordResetMail(email: string, context: CallContext): Promise<SendMail>;

  /**
   * Consumes the token of the mail and ends every session of the account. It resolves only when
   * both are done: UpstreamUnavailable may mean that the new password is set already and a session
   * from before lives on. The way out is another reset mail, since the token is used up.
   * @throws ResetTokenInvalid, AccountLocked; PasswordRejected, whose continuation is good for
   *   another try
   */
  resetPassword(proof: MailProof, newPassword: string, context: CallContext): Promise<void>;

  /** The unlock mail. Alike for unknown accounts and for those that are not locked. */
  unlockMail(email: string, context: CallContext): Promise<SendMail>;

  /** Consumes the token of the mail; the password stays as it is. @throws UnlockTokenInvalid */
  unlockAccount(token: string, context: CallContext): Promise<void>;

  /**
   * Whether this is the password of the account, without a log-in: no session begins. It counts as
   * an attempt. A password that would lead on to a second factor or to a new password is right.
   * @throws InvalidCredentials, AccountLocked, LogInDenied
   */
  checkPassword(credentials: Credentials, context: CallContext): Promise<void>;

  /** Live sessions of the account at the accepted apps, in no order. None for an unknown account. */
  findSessions(userId: string, context: CallContext): Promise<readonly Session[]>;

  /** @throws SessionNotFound for a session that has ended, is unknown, or is another account's */
  endSession(userId: string, sessionId: string, context: CallContext): Promise<void>;

  /**
   * Ends every session of the account but the one given, and the provider's own sessions of all the
   * browsers, which it cannot tell apart. Resolves to the number of sessions that this call ended.
   * @throws SessionNotFound where the account has no live session of that id; nothing ends then
   */
  endOtherSessions(userId: string, sessionId: string, context: CallContext): Promise<number>;

  /** Ends all there is of an account: its sessions, every token, the provider's own sessions. */
  endAllSessions(userId: string, context: CallContext): Promise<void>;

  /**
   * Shuts the account, then deletes it for good; its tokens are dead from the first step on. Resolves
   * for an account that is gone. Once begun it goes on, even if the signal fires; UpstreamUnavailable
   * may mean that the account is shut already and not deleted yet.
   */
  deleteAccount(userId: string, context: CallContext): Promise<void>;

  /**
   * Deletes an account that a `deleteAccount` of this process has deactivated and not deleted. False
   * where there was none: an account that was deactivated otherwise stays.
   * @param userId of an account that is DEPROVISIONED
   */
  finishDeletion(userId: string, context: CallContext): Promise<boolean>;

  /**
   * Mails a code to the new address and a notice to the present one; nothing else changes. Where
   * another account logs in with the address it is `taken`: there is no mail, and the continuation
   * looks like any other and finds every code wrong. Either way the password is checked before, as at
   * a log-in: a second factor that the org wants is LogInDenied.
   * @throws InvalidCredentials, AccountLocked, LogInDenied, ValidationFailed (`newEmail`)
   */
  requestEmailChange(
    user: User,
    change: { readonly newEmail: string; readonly password: string },
    context: CallContext,
  ): Promise<RequestedEmailChange>;

  /**
   * Makes the new address that of the account, and the name to log in with where that is an address.
   * UpstreamUnavailable may mean that one of both is done; with the same code it can be finished, and
   * after its end by a new request, for whichever address.
   * @param step its continuation comes from `requestEmailChange`
   * @throws EmailCodeInvalid, after which the continuation is good for another try;
   *   TransactionInvalid; EmailTaken where the address was taken meanwhile, and then nothing is
   *   changed
   */
  confirmEmailChange(
    step: { readonly continuation: string; readonly code: string },
    context: CallContext,
  ): Promise<User>;

  /**
   * Changes what is given and leaves the rest of the profile as it is.
   * @param userId of a customer whose access token was checked
   * @throws ValidationFailed
   */
  updateUser(userId: string, changes: ProfileChanges, context: CallContext): Promise<User>;

  /**
   * Changes the password of a customer who knows the present one. A wrong one counts towards the
   * lockout of the account, as at a log-in. With `endSessions` every session of the account has ended
   * when it resolves, the customer's own included. UpstreamUnavailable may then mean that the new
   * password is set already and an earlier session still lives.
   * @throws InvalidCredentials (current password wrong), PasswordRejected, AccountLocked, LogInDenied
   */
  changePassword(
    user: User,
    change: {
      readonly currentPassword: string;
      readonly newPassword: string;
      readonly endSessions: boolean;
    },
    context: CallContext,
  ): Promise<void>;

  /** The policy that is for new customers; ten minutes old at most while the provider answers. */
  passwordPolicy(context: CallContext): Promise<PasswordPolicy>;

  /** What new customers may set up as a second factor, as old as `passwordPolicy`; PUSH never. */
  factorsOnOffer(context: CallContext): Promise<readonly FactorType[]>;

  /** Resolves when the provider answers; for readiness, so it costs no rate limit. */
  ping(context: CallContext): Promise<void>;

  /** Closes every connection. */
  close(): Promise<void>;
}
