import {
  CurrentSessionUnknown,
  EmailCodeInvalid,
  SessionNotFound,
} from '../../identity/own-account-errors.ts';
import { builder } from '../base/builder.ts';
import { AccountErrorInterface } from './account-errors.ts';

builder.objectType(SessionNotFound, {
  name: 'SessionNotFound',
  interfaces: [AccountErrorInterface],
  description:
    'The account has no session of this id, or no longer has it: request the list again. The answer is the same for sessions that have ended, never existed, or belong to another account.',
});

builder.objectType(CurrentSessionUnknown, {
  name: 'CurrentSessionUnknown',
  interfaces: [AccountErrorInterface],
  description:
    'The access token does not name its session, so this session cannot be spared, and none was ended. Refresh the session and try again with the new access token, or end every session.',
});

builder.objectType(EmailCodeInvalid, {
  name: 'EmailCodeInvalid',
  interfaces: [AccountErrorInterface],
  description:
    'The code is not the one in the mail. Ask for it again: the transaction allows a few more tries.',
});
