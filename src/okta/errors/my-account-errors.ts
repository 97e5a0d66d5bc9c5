import { TransactionInvalid, ValidationFailed } from '../../identity/errors.ts';
import { EmailCodeInvalid } from '../../identity/own-account-errors.ts';
import { bareUnauthorized } from '../wire/answer.ts';
import type { Rule } from './rule.ts';

/** Internal to the adapter: the account already has the address, verified or not. */
export class EmailKnown extends Error {}

export const myAccountRules: readonly Rule[] = [
  {
    at: ['myaccount/emails/create'],
    codes: ['E0000001'],
    error: () => new ValidationFailed([{ field: 'newEmail', problem: 'MALFORMED' }]),
  },
  { at: ['myaccount/emails/create'], codes: ['E0000157'], error: () => new EmailKnown() },
  {
    at: ['myaccount/emails/verify'],
    codes: ['E0000001', 'E0000004'],
    error: () => new EmailCodeInvalid(),
  },
  {
    at: ['myaccount/emails/verify'],
    // The token from the request for the code may have been revoked since.
    codes: ['E0000007', 'E0000011', 'E0000157', 'invalid_token', bareUnauthorized],
    error: () => new TransactionInvalid(),
  },
];
