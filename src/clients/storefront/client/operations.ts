import {
  AccountConfigDocument,
  type AccountConfigQuery,
  ActivateFactorDocument,
  type ActivateFactorInput,
  type ActivateFactorMutation,
  ChangeExpiredPasswordDocument,
  type ChangeExpiredPasswordInput,
  type ChangeExpiredPasswordMutation,
  ChangePasswordDocument,
  type ChangePasswordInput,
  type ChangePasswordMutation,
  ConfirmEmailChangeDocument,
  type ConfirmEmailChangeInput,
  type ConfirmEmailChangeMutation,
  DeleteAccountDocument,
  type DeleteAccountInput,
  type DeleteAccountMutation,
  EnrollFactorDocument,
  type EnrollFactorInput,
  type EnrollFactorMutation,
  LogInDocument,
  type LogInInput,
  type LogInMutation,
  LogOutDocument,
  type LogOutInput,
  type LogOutMutation,
  MeDocument,
  type MeQuery,
  type MeQueryVariables,
  RefreshTokenDocument,
  type RefreshTokenInput,
  type RefreshTokenMutation,
  RemoveFactorDocument,
  type RemoveFactorInput,
  type RemoveFactorMutation,
  RequestEmailChangeDocument,
  type RequestEmailChangeInput,
  type RequestEmailChangeMutation,
  RequestPasswordResetDocument,
  type RequestPasswordResetInput,
  type RequestPasswordResetMutation,
  RequestUnlockDocument,
  type RequestUnlockInput,
  type RequestUnlockMutation,
  ResendVerificationEmailDocument,
  type ResendVerificationEmailInput,
  type ResendVerificationEmailMutation,
  ResetPasswordDocument,
  type ResetPasswordInput,
  type ResetPasswordMutation,
  RevokeSessionDocument,
  type RevokeSessionInput,
  type RevokeSessionMutation,
  SendMfaChallengeDocument,
  type SendMfaChallengeInput,
  type SendMfaChallengeMutation,
  SignUpDocument,
  type SignUpInput,
  type SignUpMutation,
  UnlockAccountDocument,
  type UnlockAccountInput,
  type UnlockAccountMutation,
  UpdateProfileDocument,
  type UpdateProfileInput,
  type UpdateProfileMutation,
  UserDocument,
  type UserQuery,
  UsersDocument,
  type UsersQuery,
  ValidateTokenDocument,
  type ValidateTokenInput,
  type ValidateTokenQuery,
  VerifyEmailDocument,
  type VerifyEmailInput,
  type VerifyEmailMutation,
  VerifyMfaDocument,
  type VerifyMfaInput,
  type VerifyMfaMutation,
} from '../documents/graphql.ts';
import type { Request } from './send.ts';
import type { CallContext } from './settings.ts';

type Id = string | number;

/**
 * One method for each document of this package. A method gives what the API answers, a union where there
 * are several outcomes, and throws AccountApiError where it does not answer.
 */
export interface Operations {
  /** Logs in by e-mail and password. Gives tokens: behind a session use `session.logIn`. */
  logIn(input: LogInInput, context?: CallContext): Promise<LogInMutation['logIn']>;
  /** Sends a code or a push for a log-in that answered `MfaRequired`. */
  sendMfaChallenge(
    input: SendMfaChallengeInput,
    context?: CallContext,
  ): Promise<SendMfaChallengeMutation['sendMfaChallenge']>;
  /** Finishes a log-in by a second factor; asks again while a push is `MfaPending`. */
  verifyMfa(input: VerifyMfaInput, context?: CallContext): Promise<VerifyMfaMutation['verifyMfa']>;
  /** Replaces an expired password and finishes the log-in. */
  changeExpiredPassword(
    input: ChangeExpiredPasswordInput,
    context?: CallContext,
  ): Promise<ChangeExpiredPasswordMutation['changeExpiredPassword']>;
  /** New tokens for a refresh token. Only `RefreshTokenRejected` means that the session has ended. */
  refreshToken(
    input: RefreshTokenInput,
    context?: CallContext,
  ): Promise<RefreshTokenMutation['refreshToken']>;
  /** Ends this session, the other ones or all of them. */
  logOut(input: LogOutInput, context?: CallContext): Promise<LogOutMutation['logOut']>;
  /** Opens an account. By default the answer does not tell whether the address had one. */
  signUp(input: SignUpInput, context?: CallContext): Promise<SignUpMutation['signUp']>;
  /** Finishes a sign-up by the mailed token. */
  verifyEmail(
    input: VerifyEmailInput,
    context?: CallContext,
  ): Promise<VerifyEmailMutation['verifyEmail']>;
  /** Mails that token again. The answer is the same for every address. */
  resendVerificationEmail(
    input: ResendVerificationEmailInput,
    context?: CallContext,
  ): Promise<ResendVerificationEmailMutation['resendVerificationEmail']>;
  /** Mails a reset token. The answer is the same for every address. */
  requestPasswordReset(
    input: RequestPasswordResetInput,
    context?: CallContext,
  ): Promise<RequestPasswordResetMutation['requestPasswordReset']>;
  /** Sets a new password by the mailed token. */
  resetPassword(
    input: ResetPasswordInput,
    context?: CallContext,
  ): Promise<ResetPasswordMutation['resetPassword']>;
  /** Mails a token that unlocks the account. The answer is the same for every address. */
  requestUnlock(
    input: RequestUnlockInput,
    context?: CallContext,
  ): Promise<RequestUnlockMutation['requestUnlock']>;
  /** Unlocks an account by the mailed token. */
  unlockAccount(
    input: UnlockAccountInput,
    context?: CallContext,
  ): Promise<UnlockAccountMutation['unlockAccount']>;
  /** Changes the profile of the customer. What is left out stays; null clears. */
  updateProfile(
    input: UpdateProfileInput,
    context?: CallContext,
  ): Promise<UpdateProfileMutation['updateProfile']>;
  /** Changes the password of the customer and, by default, ends the sessions from before. */
  changePassword(
    input: ChangePasswordInput,
    context?: CallContext,
  ): Promise<ChangePasswordMutation['changePassword']>;
  /** Mails a code to a new address of the customer. */
  requestEmailChange(
    input: RequestEmailChangeInput,
    context?: CallContext,
  ): Promise<RequestEmailChangeMutation['requestEmailChange']>;
  /** Changes the address by that code. */
  confirmEmailChange(
    input: ConfirmEmailChangeInput,
    context?: CallContext,
  ): Promise<ConfirmEmailChangeMutation['confirmEmailChange']>;
  /** Ends one session of the customer, of those that `me` lists. */
  revokeSession(
    input: RevokeSessionInput,
    context?: CallContext,
  ): Promise<RevokeSessionMutation['revokeSession']>;
  /** Begins to set up a second factor. */
  enrollFactor(
    input: EnrollFactorInput,
    context?: CallContext,
  ): Promise<EnrollFactorMutation['enrollFactor']>;
  /** Finishes that by its first code. */
  activateFactor(
    input: ActivateFactorInput,
    context?: CallContext,
  ): Promise<ActivateFactorMutation['activateFactor']>;
  /** Removes a second factor of the customer. */
  removeFactor(
    input: RemoveFactorInput,
    context?: CallContext,
  ): Promise<RemoveFactorMutation['removeFactor']>;
  /** Deletes the account of the customer for good. */
  deleteAccount(
    input: DeleteAccountInput,
    context?: CallContext,
  ): Promise<DeleteAccountMutation['deleteAccount']>;
  /** The rules of the org, from which forms are built. */
  accountConfig(context?: CallContext): Promise<AccountConfigQuery['accountConfig']>;
  /** The account of the customer; sessions and factors on request. */
  me(parts?: MeQueryVariables, context?: CallContext): Promise<MeQuery['me']>;
  /** One account; null for an unknown id. */
  user(id: Id, context?: CallContext): Promise<UserQuery['user']>;
  /** Many accounts, in order, null for an unknown id. At most as many as the API's batch limit. */
  users(ids: readonly Id[], context?: CallContext): Promise<UsersQuery['users']>;
  /** Is this token valid, and whose is it? Backends have okta-account-backend, which caches. */
  validateToken(
    input: ValidateTokenInput,
    context?: CallContext,
  ): Promise<ValidateTokenQuery['validateToken']>;
}

export function createOperations(request: Request): Operations {
  return {
    logIn: async (input, context) => (await request(LogInDocument, { input }, context)).logIn,
    sendMfaChallenge: async (input, context) =>
      (await request(SendMfaChallengeDocument, { input }, context)).sendMfaChallenge,
    verifyMfa: async (input, context) =>
      (await request(VerifyMfaDocument, { input }, context)).verifyMfa,
    changeExpiredPassword: async (input, context) =>
      (await request(ChangeExpiredPasswordDocument, { input }, context)).changeExpiredPassword,
    refreshToken: async (input, context) =>
      (await request(RefreshTokenDocument, { input }, context)).refreshToken,
    logOut: async (input, context) => (await request(LogOutDocument, { input }, context)).logOut,
    signUp: async (input, context) => (await request(SignUpDocument, { input }, context)).signUp,
    verifyEmail: async (input, context) =>
      (await request(VerifyEmailDocument, { input }, context)).verifyEmail,
    resendVerificationEmail: async (input, context) =>
      (await request(ResendVerificationEmailDocument, { input }, context)).resendVerificationEmail,
    requestPasswordReset: async (input, context) =>
      (await request(RequestPasswordResetDocument, { input }, context)).requestPasswordReset,
    resetPassword: async (input, context) =>
      (await request(ResetPasswordDocument, { input }, context)).resetPassword,
    requestUnlock: async (input, context) =>
      (await request(RequestUnlockDocument, { input }, context)).requestUnlock,
    unlockAccount: async (input, context) =>
      (await request(UnlockAccountDocument, { input }, context)).unlockAccount,
    updateProfile: async (input, context) =>
      (await request(UpdateProfileDocument, { input }, context)).updateProfile,
    changePassword: async (input, context) =>
      (await request(ChangePasswordDocument, { input }, context)).changePassword,
    requestEmailChange: async (input, context) =>
      (await request(RequestEmailChangeDocument, { input }, context)).requestEmailChange,
    confirmEmailChange: async (input, context) =>
      (await request(ConfirmEmailChangeDocument, { input }, context)).confirmEmailChange,
    revokeSession: async (input, context) =>
      (await request(RevokeSessionDocument, { input }, context)).revokeSession,
    enrollFactor: async (input, context) =>
      (await request(EnrollFactorDocument, { input }, context)).enrollFactor,
    activateFactor: async (input, context) =>
      (await request(ActivateFactorDocument, { input }, context)).activateFactor,
    removeFactor: async (input, context) =>
      (await request(RemoveFactorDocument, { input }, context)).removeFactor,
    deleteAccount: async (input, context) =>
      (await request(DeleteAccountDocument, { input }, context)).deleteAccount,
    accountConfig: async (context) =>
      (await request(AccountConfigDocument, {}, context)).accountConfig,
    me: async (parts = {}, context) => (await request(MeDocument, parts, context)).me,
    user: async (id, context) => (await request(UserDocument, { id }, context)).user,
    users: async (ids, context) => (await request(UsersDocument, { ids: [...ids] }, context)).users,
    validateToken: async (input, context) =>
      (await request(ValidateTokenDocument, { input }, context)).validateToken,
  };
}
