import { z } from 'zod';

/** Okta's ids are 20 letters and digits; nothing else may become part of a path or a filter. */
export const oktaId = z.string().regex(/^[0-9A-Za-z]{20}$/);

/** Management and authentication API; also OAuth endpoints for an unknown client and for 429. */
export const errorEnvelope = z.object({
  errorCode: z.string(),
  errorSummary: z.string().optional(),
  errorCauses: z.array(z.object({ errorSummary: z.string() })).optional(),
});

/** RFC 6749 section 5.2 */
export const oauthError = z.object({
  error: z.string(),
  error_description: z.string().optional(),
});

export const authnTransaction = z.object({
  status: z.string(),
  stateToken: z.string().min(1).optional(),
  sessionToken: z.string().min(1).optional(),
  expiresAt: z.iso.datetime({ offset: true }).nullish(),
  _embedded: z.object({ user: z.object({ id: oktaId }).optional() }).optional(),
});
export type AuthnTransaction = z.infer<typeof authnTransaction>;

/** RFC 7662 section 2.2 with Okta's `uid`; a refresh token's answer has neither `aud` nor `iss`. */
export const activeToken = z.looseObject({
  active: z.literal(true),
  sub: z.string().min(1),
  uid: z.string().min(1).optional(),
  client_id: z.string().min(1),
  scope: z.string().optional(),
  iss: z.string().optional(),
  aud: z.union([z.string(), z.array(z.string())]).optional(),
  exp: z.number(),
});

/** As the Okta SDK hands it out: the SDK has made Dates of the times. */
export const oktaUser = z.object({
  id: oktaId,
  status: z.enum([
    'STAGED',
    'PROVISIONED',
    'ACTIVE',
    'RECOVERY',
    'PASSWORD_EXPIRED',
    'LOCKED_OUT',
    'SUSPENDED',
    'DEPROVISIONED',
  ]),
  created: z.date(),
  lastUpdated: z.date().nullish(),
  profile: z.object({
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
