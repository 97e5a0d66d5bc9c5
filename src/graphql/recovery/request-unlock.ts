import { ValidationFailed } from '../../identity/errors.ts';
import { builder } from '../base/builder.ts';
import { accountAddressInput, requestMailedToken, tokenRequestedType } from './request-mail.ts';

const RequestUnlockSuccess = tokenRequestedType(
  'RequestUnlockSuccess',
  'If the address has a locked account, an unlock token is on its way. The answer is the same if not.',
);

const RequestUnlockInput = accountAddressInput(
  'RequestUnlockInput',
  'What `requestUnlock` needs: the e-mail address of the account.',
);

builder.mutationField('requestUnlock', (t) =>
  t.field({
    type: RequestUnlockSuccess,
    description:
      'Sends the token for `unlockAccount` by mail, where too many wrong passwords have locked the account. Answers alike, and not sooner, for every address.',
    args: {
      input: t.arg({
        type: RequestUnlockInput,
        required: true,
        description: 'The e-mail address of the account.',
      }),
    },
    errors: {
      types: [ValidationFailed],
      union: {
        name: 'RequestUnlockResult',
        description: 'That the request was taken, whatever becomes of it, or why it was not.',
      },
    },
    resolve: (_root, { input }, context) =>
      requestMailedToken({ kind: 'UNLOCK_MAIL', email: input.email }, context, (email, call) =>
        context.identity.unlockMail(email, call),
      ),
  }),
);
