import { requestMailField } from './request-mail.ts';

requestMailField('requestPasswordReset', {
  kind: 'RESET_MAIL',
  description:
    'Sends a reset token by mail. The password stays good until `resetPassword`. An account that a new password would not help gets the mail that does: one that was never verified that of `resendVerificationEmail`, a locked one that of `requestUnlock`, a disabled one none, and none one that an administrator has staged with a password, which only they can activate. The answer is the same, and takes the same time, for every address.',
  success:
    'If the address has an account that may reset its password, a reset token is sent. Otherwise the answer is the same.',
  findMail: (email, { identity, call }) => identity.passwordResetMail(email, call),
});
