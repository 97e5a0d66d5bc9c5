import { z } from 'zod';
import { membersOf } from './members.ts';

/** Okta's ids are 20 letters and digits; nothing else may become part of a path or a filter. */
export const oktaId = z.string().regex(/^[0-9A-Za-z]{20}$/);

/** Management and authentication API; also OAuth endpoints for an unknown client and for 429. */
export const errorEnvelope = z.object({
  errorCode: z.string(),
  errorSummary: z.string().nullish().catch(null),
  errorCauses: membersOf(z.object({ errorSummary: z.string() }))
    .nullish()
    .catch(null),
});

/** RFC 6749 section 5.2 */
export const oauthError = z.object({
  error: z.string(),
  error_description: z.string().nullish().catch(null),
  /** Okta's direct authentication. */
  mfa_token: z.string().min(1).optional().catch(undefined),
});

/**
 * What every answer about a factor has, in the authentication and in the management API. Only the
 * type is required.
 */
export const oktaFactor = z.object({
  /** Absent if the account does not have the factor yet. */
  id: z.string().optional().catch(undefined),
  factorType: z.string(),
  provider: z.string().optional().catch(undefined),
  status: z.string().optional().catch(undefined),
  /** For a factor that can be enrolled: REQUIRED, OPTIONAL. */
  enrollment: z.string().optional().catch(undefined),
  /** A Date if the Okta SDK has parsed it. */
  created: z
    .union([z.date(), z.iso.datetime({ offset: true })])
    .nullish()
    .catch(null),
  profile: z
    .object({
      phoneNumber: z.string().nullish().catch(null),
      email: z.string().nullish().catch(null),
      name: z.string().nullish().catch(null),
    })
    .nullish()
    .catch(null),
  _embedded: z
    .object({
      activation: z
        .object({ sharedSecret: z.string().nullish(), timeStep: z.number().nullish() })
        .nullish(),
      challenge: z.object({ correctAnswer: z.number().nullish() }).nullish(),
    })
    .nullish()
    .catch(null),
});
export type OktaFactor = z.infer<typeof oktaFactor>;

export const authnTransaction = z.object({
  status: z.string(),
  stateToken: z.string().min(1).optional(),
  sessionToken: z.string().min(1).optional(),
  expiresAt: z.iso.datetime({ offset: true }).nullish(),
  /** Only for recovery and activation: PASSWORD, UNLOCK, ACCOUNT_ACTIVATION. */
  recoveryType: z.string().optional(),
  /** Only for a challenge: WAITING, CHALLENGE, REJECTED, TIMEOUT … */
  factorResult: z.string().optional(),
  _embedded: z
    .object({
      user: z
        .object({ id: oktaId, profile: z.object({ login: z.string() }).optional() })
        .optional(),
      /** Each is an `oktaFactor`, or unreadable. */
      factors: z.array(z.unknown()).optional(),
      factor: oktaFactor.optional(),
    })
    .optional(),
  /** `skip` is present if the step is optional. */
  _links: z.object({ skip: z.unknown().optional() }).optional(),
});
type BareTransaction = z.infer<typeof authnTransaction>;

export interface AuthnTransaction extends Omit<BareTransaction, '_embedded'> {
  readonly _embedded?:
    | (Omit<NonNullable<BareTransaction['_embedded']>, 'factors'> & {
        /** Without the unreadable ones. */
        readonly factors: readonly OktaFactor[];
      })
    | undefined;
}

/** RFC 7662 section 2.2 with Okta's `uid`; a refresh token's answer has neither `aud` nor `iss`. */
export const activeToken = z.looseObject({
  active: z.literal(true),
  sub: z.string().min(1),
  uid: z.string().min(1).optional(),
  client_id: z.string().min(1),
  scope: z.string().optional(),
  iss: z.string().optional(),
  aud: z.union([z.string(), membersOf(z.string())]).optional(),
  exp: z.number(),
});

const knownStatus = z.enum([
  'STAGED',
  'PROVISIONED',
  'ACTIVE',
  'RECOVERY',
  'PASSWORD_EXPIRED',
  'LOCKED_OUT',
  'SUSPENDED',
  'DEPROVISIONED',
]);

/** As the Okta SDK returns it, with times as Dates. */
export const oktaUser = z.object({
  id: oktaId,
  /** A user with an unknown status can still be read. */
  status: z.union([knownStatus, z.string().transform(() => 'UNKNOWN' as const)]),
  created: z.date(),
  lastUpdated: z.date().nullish(),
  /** An empty object means that there is a password. */
  credentials: z.object({ password: z.object({}).nullish() }).nullish(),
  /** Including the attributes that the org has added. */
  profile: z.looseObject({
    login: z.string(),
    email: z.string(),
    firstName: z.string().nullish(),
    lastName: z.string().nullish(),
    displayName: z.string().nullish(),
    mobilePhone: z.string().nullish(),
    locale: z.string().nullish(),
  }),
});
export type OktaUser = z.infer<typeof oktaUser>;

/** The answer to a password change, as the Okta SDK returns it. */
export const oktaCredentials = z.object({ provider: z.object({ type: z.string() }) });

/**
 * As the Okta SDK returns it; it never holds the token itself. Only the id is required, since the id
 * is enough to revoke it.
 */
export const oktaRefreshToken = z.object({
  id: oktaId,
  status: z.string().nullish().catch(null),
  created: z.date().nullish().catch(null),
  lastUpdated: z.date().nullish().catch(null),
  expiresAt: z.date().nullish().catch(null),
});
export type OktaRefreshToken = z.infer<typeof oktaRefreshToken>;

/** Becomes part of a path, with an id of 32 hexadecimal digits or `myaccount.` and more. */
const myAccountId = z.string().regex(/^[0-9A-Za-z][0-9A-Za-z._-]{0,99}$/);

export const myEmail = z.object({
  id: myAccountId,
  status: z.string(),
  profile: z.object({ email: z.string() }),
});

export const myEmailChallenge = z.object({
  id: myAccountId,
  expiresAt: z.iso.datetime({ offset: true }),
});
