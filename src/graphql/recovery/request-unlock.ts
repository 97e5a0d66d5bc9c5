import { requestMailField } from './request-mail.ts';

requestMailField('requestUnlock', {
  kind: 'UNLOCK_MAIL',
  description:
    'Sends the token for `unlockAccount` by mail, where too many wrong passwords have locked the account. Answers alike, and not sooner, for every address.',
  success:
    'If the address has a locked account, an unlock token is on its way. The answer is the same if not.',
  findMail: (email, { identity, call }) => identity.unlockMail(email, call),
});
