import type {
  CallContext,
  Credentials,
  Introspection,
  LogInOutcome,
  NewUser,
  Tokens,
  User,
} from './model.ts';

/**
 * All the account API asks of an identity provider.
 *
 * Every method may throw RateLimited, UpstreamUnavailable or ProviderMisconfigured, and rejects
 * with the signal's reason when `context.signal` fires. Further errors are named per method.
 */
export interface IdentityProvider {
  /** @throws InvalidCredentials, AccountLocked, LogInDenied */
  logIn(credentials: Credentials, context: CallContext): Promise<LogInOutcome>;

  /**
   * Finishes a log-in that stopped at an expired password.
   * @param continuation as given by `logIn`; single-use
   * @throws InvalidCredentials (current password wrong), PasswordRejected, TransactionInvalid,
   *   AccountLocked, LogInDenied
   */
  changeExpiredPassword(
    change: {
      readonly continuation: string;
      readonly currentPassword: string;
      readonly newPassword: string;
    },
    context: CallContext,
  ): Promise<Tokens>;

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

  /** RFC 7662: a token that is not the issuer's own is `{ active: false }`, not an error. */
  introspect(token: string, context: CallContext): Promise<Introspection>;

  /** Makes an account that can log in at once. @throws EmailTaken, PasswordRejected, ValidationFailed */
  createUser(user: NewUser, context: CallContext): Promise<User>;

  /** Reads are consistent: an account made a moment ago is found. Unknown ids are absent from the map. */
  findUsers(ids: readonly string[], context: CallContext): Promise<ReadonlyMap<string, User>>;

  /** Sends the reset mail. Resolves alike for unknown accounts and for those that may not reset. */
  requestPasswordReset(email: string, context: CallContext): Promise<void>;

  /**
   * Consumes the token of the mail and ends every session of the account. It resolves only when
   * both are done: UpstreamUnavailable may mean that the new password is set already and a session
   * from before lives on. The way out is another reset mail, since the token is used up.
   * @throws ResetTokenInvalid, PasswordRejected, AccountLocked
   */
  resetPassword(resetToken: string, newPassword: string, context: CallContext): Promise<void>;

  /** Resolves when the provider answers; for readiness, so it costs no rate limit. */
  ping(context: CallContext): Promise<void>;

  /** Lets go of every connection. */
  close(): Promise<void>;
}
