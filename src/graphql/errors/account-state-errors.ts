import {
  AccountDisabled,
  EmailNotVerified,
  UnlockTokenInvalid,
  VerificationTokenInvalid,
} from '../../identity/errors.ts';
import { builder } from '../base/builder.ts';
import { AccountErrorInterface } from './account-errors.ts';

const interfaces = [AccountErrorInterface];

builder.objectType(AccountDisabled, {
  name: 'AccountDisabled',
  interfaces,
  description:
    'An administrator has suspended or deactivated the account, so it cannot log in. Never answered under `ENUMERATION=strict`.',
});

builder.objectType(EmailNotVerified, {
  name: 'EmailNotVerified',
  interfaces,
  description:
    'The account waits for `verifyEmail`; `resendVerificationEmail` sends the mail again. Never answered under `ENUMERATION=strict`.',
});

builder.objectType(VerificationTokenInvalid, {
  name: 'VerificationTokenInvalid',
  interfaces,
  description:
    'The verification token, or the transaction that was sent in its place, is unknown, used, expired, or of another kind of mail: call `resendVerificationEmail`.',
});

builder.objectType(UnlockTokenInvalid, {
  name: 'UnlockTokenInvalid',
  interfaces,
  description:
    'The unlock token is unknown, used or expired, or of another kind of mail: call `requestUnlock`.',
});
