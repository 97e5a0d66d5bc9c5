import type { Factor } from '../../identity/mfa.ts';
import type { FactorOption, FactorType } from '../../identity/model.ts';
import { builder } from '../base/builder.ts';
import { orTopLevelError } from '../base/top-level-errors.ts';
import { MeType } from './me.ts';

export const FactorTypeEnum = builder.enumType('FactorType', {
  description: 'The kinds of second factor.',
  values: {
    TOTP: { description: 'Codes that an authenticator app shows (RFC 6238).' },
    EMAIL: { description: 'Codes that are mailed to the address of the account.' },
    SMS: { description: 'Codes that are sent to a phone by text message.' },
    PUSH: {
      description:
        'A notification of the Okta Verify app to approve. It can only be set up on the phone.',
    },
  } satisfies Record<FactorType, { description: string }>,
});

const FactorStatus = builder.enumType('FactorStatus', {
  description: 'Whether a factor is ready for use.',
  values: {
    PENDING_ACTIVATION: {
      description: 'It waits for its first code (`activateFactor`), and no log-in asks for it.',
    },
    ACTIVE: { description: 'It is ready, and a log-in may ask for it.' },
  } satisfies Record<Factor['status'], { description: string }>,
});

const hint =
  'The phone, address or device that the factor goes to, masked, such as `…1337`; null if the factor has none.';

export const FactorOptionType = builder.objectRef<FactorOption>('FactorOption').implement({
  description: 'A second factor that can continue this log-in.',
  fields: (t) => ({
    id: t.exposeID('id', {
      description: 'Identifies the factor for `sendMfaChallenge` and `verifyMfa`.',
    }),
    type: t.expose('type', { type: FactorTypeEnum, description: 'The kind of the factor.' }),
    hint: t.exposeString('hint', { nullable: true, description: hint }),
  }),
});

export const FactorObject = builder.objectRef<Factor>('Factor').implement({
  description: 'A second factor that an account has set up or is setting up.',
  fields: (t) => ({
    id: t.exposeID('id', {
      description: 'Identifies the factor for `activateFactor` and `removeFactor`.',
    }),
    type: t.expose('type', { type: FactorTypeEnum, description: 'The kind of the factor.' }),
    hint: t.exposeString('hint', { nullable: true, description: hint }),
    status: t.expose('status', {
      type: FactorStatus,
      description: 'Whether the factor is ready for use.',
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the factor was set up; null if Okta does not say.',
    }),
  }),
});

builder.objectField(MeType, 'factors', (t) =>
  t.field({
    type: [FactorObject],
    nullable: true,
    description:
      'The second factors of the account that this API supports. One call to Okta; null with an error if it failed.',
    resolve: ({ id }, _args, { identity, call }) => orTopLevelError(identity.listFactors(id, call)),
  }),
);
