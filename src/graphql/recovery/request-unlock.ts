import { requestMailField } from './request-mail.ts';

requestMailField('requestUnlock', {
  kind: 'UNLOCK_MAIL',
  description:
    'Sends the token for `unlockAccount` by mail, where too many wrong passwords have locked the account. The answer is the same, and takes the same time, for every address.',
  success:
    'If the address has a locked account, an unlock token is sent. Otherwise the answer is the same.',
  findMail: (email, { identity, call }) => identity.unlockMail(email, call),
});
