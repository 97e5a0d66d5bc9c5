import {
  FactorNotAllowed,
  FactorNotFound,
  MfaCodeInvalid,
  MfaRejected,
  type MfaRejection,
} from '../../identity/mfa-errors.ts';
import { builder } from '../base/builder.ts';
import { AccountErrorInterface } from './account-errors.ts';

const interfaces = [AccountErrorInterface];

builder.objectType(MfaCodeInvalid, {
  name: 'MfaCodeInvalid',
  interfaces,
  description:
    'The code is wrong, used already, or too old. Ask for it again: the transaction allows a few more tries.',
});

const MfaRejectionEnum = builder.enumType('MfaRejection', {
  description: 'Why a challenge did not lead to a log-in.',
  values: {
    DENIED: { description: 'The customer denied it, or chose a wrong number, on the phone.' },
    EXPIRED: { description: 'The push or the code was not answered in time.' },
  } satisfies Record<MfaRejection, { description: string }>,
});

builder.objectType(MfaRejected, {
  name: 'MfaRejected',
  interfaces,
  description:
    'The challenge can no longer be answered. The transaction still works for another `sendMfaChallenge`.',
  fields: (t) => ({
    reason: t.expose('reason', {
      type: MfaRejectionEnum,
      description: 'Whether the push was denied, or the challenge has expired.',
    }),
  }),
});

builder.objectType(FactorNotFound, {
  name: 'FactorNotFound',
  interfaces,
  description: 'The account, or the transaction, has no such factor.',
});

builder.objectType(FactorNotAllowed, {
  name: 'FactorNotAllowed',
  interfaces,
  description:
    'The org does not offer such a factor to this account, or the account has it set up already.',
});
