import { requestMailField } from '../recovery/request-mail.ts';

requestMailField('resendVerificationEmail', {
  kind: 'VERIFICATION_MAIL',
  description:
    'Sends the mail with the token for `verifyEmail` again. An account that an administrator has staged with a password gets none: only they can activate it. Answers alike, and not sooner, for every address.',
  success:
    'If the address has an account that waits for its verification, a token is on its way. The answer is the same if not.',
  findMail: (email, { identity, call }) => identity.verificationMail(email, call),
});
