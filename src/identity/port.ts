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
 * Sends the mail. Its duration and outcome depend on the account, so the answer to a caller must not
 * wait for it where it would reveal the account.
 */
export type SendMail = (context: CallContext) => Promise<void>;

/** Accounts by id. An account that cannot be read maps to its error. */
export type FoundUsers = ReadonlyMap<string, User | UpstreamUnavailable>;

/**
 * Everything that the account API needs of an identity provider.
 *
 * Every method may throw RateLimited, UpstreamUnavailable or ProviderMisconfigured, and rejects
 * with the signal's reason when `context.signal` fires. Further errors are named per method.
 */
export interface IdentityProvider extends MultiFactor {
  /** @throws InvalidCredentials, AccountLocked, LogInDenied */
  logIn(credentials: Credentials, context: CallContext): Promise<LogInOutcome>;

  /**
   * Finishes a log-in with an expired password. With `endSessions` every earlier session has ended when
   * it resolves. After UpstreamUnavailable the new password may be set, and an earlier session may still
   * be valid.
   * @param continuation from `logIn`; single-use
   * @throws InvalidCredentials (current password wrong) and PasswordRejected, after which the
   *   continuation stays valid; TransactionInvalid, AccountLocked, LogInDenied
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
   * Without rotation the answer contains the same refresh token.
   * @throws RefreshTokenRejected
   */
  refresh(refreshToken: string, context: CallContext): Promise<Tokens>;

  /** RFC 7009: succeeds for unknown, expired and revoked tokens too. */
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

  /** The user id of the owner; null if the refresh token is not active. Costs two calls. */
  ownerOfRefreshToken(refreshToken: string, context: CallContext): Promise<string | null>;

  /** Creates an account that can log in at once. @throws EmailTaken, PasswordRejected, ValidationFailed */
  createUser(user: NewUser, context: CallContext): Promise<User>;

  /**
   * Creates an account without a password, and mails its owner the token for `verifyEmail`.
   * @throws EmailTaken, ValidationFailed
   */
  createUnverifiedUser(user: UnverifiedUser, context: CallContext): Promise<User>;

  /**
   * Another mail like that of `createUnverifiedUser`. Null unless the address belongs to an account that
   * needs it.
   */
  verificationMail(email: string, context: CallContext): Promise<SendMail | null>;

  /**
   * Consumes the token of the mail, gives the account its first password and logs in. Null if
   * the account is ready but the log-in failed; nothing is thrown once the password is set. After
   * UpstreamUnavailable the password may be set.
   * @throws VerificationTokenInvalid; PasswordRejected, whose continuation allows another attempt
   */
  verifyEmail(proof: MailProof, password: string, context: CallContext): Promise<Tokens | null>;

  /**
   * The account with this login if it was created within the last ten minutes, perhaps by a `createUser`
   * whose answer was lost. Null otherwise.
   */
  findNewUser(email: string, context: CallContext): Promise<User | null>;

  /** The status of the account with this login; null if there is none. */
  accountStatus(email: string, context: CallContext): Promise<UserStatus | null>;

  /**
   * Strongly consistent: finds an account that was just created. Unknown ids are absent from the map; an
   * account that cannot be read maps to UpstreamUnavailable.
   */
  findUsers(ids: readonly string[], context: CallContext): Promise<FoundUsers>;

  /**
   * The mail that lets the owner log in again: a password reset or, if that would not help, a
   * verification of the address or an unlock. For unknown accounts, and those that get no mail, such as
   * disabled ones, sending it does nothing.
   */
  passwordResetMail(email: string, context: CallContext): Promise<SendMail>;

  /**
   * Consumes the token of the mail and ends every session of the account. It resolves only when
   * both are done. After UpstreamUnavailable the new password may be set, and an earlier session may
   * still be valid; another reset mail helps, since the token is used.
   * @throws ResetTokenInvalid, AccountLocked; PasswordRejected, whose continuation allows another
   *   attempt
   */
  resetPassword(proof: MailProof, newPassword: string, context: CallContext): Promise<void>;

  /** The unlock mail. For unknown accounts and those that are not locked, the answer is the same. */
  unlockMail(email: string, context: CallContext): Promise<SendMail>;

  /** Consumes the token of the mail; the password stays as it is. @throws UnlockTokenInvalid */
  unlockAccount(token: string, context: CallContext): Promise<void>;

  /**
   * Checks the password without a log-in, so no session is created. It counts as an attempt. A password
   * that would lead to a second factor or a password change is correct.
   * @throws InvalidCredentials, AccountLocked, LogInDenied
   */
  checkPassword(credentials: Credentials, context: CallContext): Promise<void>;

  /** Active sessions of the account at the accepted apps, unordered. Empty for an unknown account. */
  findSessions(userId: string, context: CallContext): Promise<readonly Session[]>;

  /** @throws SessionNotFound for a session that has ended, is unknown, or is another account's */
  endSession(userId: string, sessionId: string, context: CallContext): Promise<void>;

  /**
   * Ends every session of the account except the given one, and the provider's own browser sessions,
   * which cannot be distinguished. Resolves to the number of sessions that this call ended.
   * @throws SessionNotFound if the account has no active session with that id; then nothing is ended
   */
  endOtherSessions(userId: string, sessionId: string, context: CallContext): Promise<number>;

  /** Ends all sessions of the account with all tokens, and the provider's own sessions. */
  endAllSessions(userId: string, context: CallContext): Promise<void>;

  /**
   * Deactivates the account, which revokes its tokens, then deletes it. Resolves for an account that does
   * not exist. Once started it runs to completion, even if the signal aborts. After UpstreamUnavailable
   * the account may be deactivated but not deleted.
   */
  deleteAccount(userId: string, context: CallContext): Promise<void>;

  /**
   * Deletes an account that a `deleteAccount` of this process has deactivated but not deleted. False if
   * there is none; accounts that were deactivated in another way are not deleted.
   * @param userId of an account that is DEPROVISIONED
   */
  finishDeletion(userId: string, context: CallContext): Promise<boolean>;

  /**
   * Sends a code to the new address and a notice to the current one; nothing else changes. If another
   * account has the address as login it is `taken`: no mail is sent, and the continuation looks like any
   * other but accepts no code. In both cases the password is checked first, as at a log-in; a required
   * second factor is a LogInDenied.
   * @throws InvalidCredentials, AccountLocked, LogInDenied, ValidationFailed (`newEmail`)
   */
  requestEmailChange(
    user: User,
    change: { readonly newEmail: string; readonly password: string },
    context: CallContext,
  ): Promise<RequestedEmailChange>;

  /**
   * Sets the new address as that of the account, and as its login if that is an address. After
   * UpstreamUnavailable one of both may be done; the same code finishes it, or a new request once the
   * continuation has expired.
   * @param step its continuation comes from `requestEmailChange`
   * @throws EmailCodeInvalid, after which the continuation stays valid; TransactionInvalid;
   *   EmailTaken if the address was taken meanwhile, and then nothing is changed
   */
  confirmEmailChange(
    step: { readonly continuation: string; readonly code: string },
    context: CallContext,
  ): Promise<User>;

  /**
   * Changes the given fields and attributes of the profile, and no others.
   * @param userId of a customer whose access token was checked
   * @throws ValidationFailed
   */
  updateUser(userId: string, changes: ProfileChanges, context: CallContext): Promise<User>;

  /**
   * Changes the password of a customer who knows the current one. A wrong one counts towards the lockout
   * of the account, as at a log-in. With `endSessions` every session of the account has ended when it
   * resolves, including the current one. After UpstreamUnavailable the new password may be set, and an
   * earlier session may still be valid.
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

  /** The policy for new customers; at most ten minutes old while the provider is available. */
  passwordPolicy(context: CallContext): Promise<PasswordPolicy>;

  /** The factors that new customers may enroll, as old as `passwordPolicy`; never PUSH. */
  factorsOnOffer(context: CallContext): Promise<readonly FactorType[]>;

  /** Resolves when the provider answers. Without a rate limit, for readiness. */
  ping(context: CallContext): Promise<void>;

  /** Closes every connection. */
  close(): Promise<void>;
}
