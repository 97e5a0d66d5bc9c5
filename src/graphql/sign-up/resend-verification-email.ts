import { requestMailField } from '../recovery/request-mail.ts';

requestMailField('resendVerificationEmail', {
  kind: 'VERIFICATION_MAIL',
  description:
    'Sends the mail with the token for `verifyEmail` again. An account that an administrator has staged with a password gets none: only they can activate it. The answer is the same, and takes the same time, for every address.',
  success:
    'If the address has an account that waits for its verification, a token is sent. Otherwise the answer is the same.',
  findMail: (email, { identity, call }) => identity.verificationMail(email, call),
});
