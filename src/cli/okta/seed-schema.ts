import * as z from 'zod';
import type { Seed, SeedUser } from '../../embedded/handle.ts';
import { isBaseAttribute } from '../../embedded/users/base-attributes.ts';

/** What a seed file may set of an org. */
export type OrgSeed = Pick<Seed, 'users' | 'clients' | 'customAttributes' | 'mfa'>;

const text = z.string().min(1, 'It is empty.');

const statuses = [
  ...['STAGED', 'PROVISIONED', 'ACTIVE', 'PASSWORD_EXPIRED', 'SUSPENDED', 'DEPROVISIONED'],
  ...['LOCKED_OUT', 'RECOVERY'],
] as NonNullable<SeedUser['status']>[];

const factorTypes = ['token:software:totp', 'email', 'sms', 'push'] as const;

const factor = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('token:software:totp'),
      secret: text.regex(
        /^[A-Z2-7]{16,}$/,
        'It has to be base32: 16 or more of A to Z and 2 to 7.',
      ),
    }),
    z.strictObject({ type: z.literal('email') }),
    z.strictObject({
      type: z.literal('sms'),
      phoneNumber: text.regex(/^\+[1-9]\d{6,14}$/, 'It has to be E.164, such as +15551234567.'),
    }),
    z.strictObject({ type: z.literal('push'), numberMatching: z.boolean().default(false) }),
  ],
  { error: `Its type has to be one of: ${factorTypes.join(', ')}.` },
);

const user = z.strictObject({
  id: text
    .regex(/^00u[A-Za-z0-9]{17}$/, 'It has to be 00u and 17 letters or digits.')
    .exactOptional(),
  email: z.email('It has to be an e-mail address.'),
  login: text.max(100, 'It has more than 100 characters.').exactOptional(),
  // Null has to be explicit, so that no account lacks a password by mistake.
  password: text.nullable(),
  firstName: text.exactOptional(),
  lastName: text.exactOptional(),
  status: z.enum(statuses).exactOptional(),
  assigned: z.boolean().exactOptional(),
  factors: z.array(factor).exactOptional(),
});

/** Those that the org serves. */
const grantTypes = [
  ...['authorization_code', 'refresh_token', 'password', 'client_credentials'],
  'http://auth0.com/oauth/grant-type/mfa-otp',
  'http://auth0.com/oauth/grant-type/mfa-oob',
] as const;

const app = z
  .strictObject({
    clientId: text.regex(
      /^[\w$.+!*'(),-]{1,100}$/,
      "It has to be up to 100 letters, digits, or any of $-_.+!*'(),",
    ),
    label: text.exactOptional(),
    secret: text.nullable().default(null),
    grantTypes: z
      .array(z.enum(grantTypes))
      .min(1, 'It is empty.')
      .default(['authorization_code', 'refresh_token']),
    redirectUris: z.array(z.url('It has to be a URL.')).default([]),
  })
  .superRefine(({ secret, grantTypes: given }, context) => {
    if (secret !== null || !given.includes('client_credentials')) return;
    const message = 'client_credentials needs an app with a secret.';
    context.addIssue({ code: 'custom', path: ['grantTypes'], message });
  })
  .transform((given) => ({
    ...given,
    label: given.label ?? given.clientId,
    authentication: given.secret === null ? ('none' as const) : ('client_secret_basic' as const),
    jwks: null,
    refreshToken: { rotation: 'ROTATE' as const, leewaySeconds: 30 },
    assignedGroupIds: ['EVERYONE'],
    oktaScopes: [],
  }));

const attribute = z
  .strictObject({
    title: text,
    description: text.exactOptional(),
    type: z.enum(['string', 'boolean', 'integer', 'number', 'array']),
    items: z.strictObject({ type: z.enum(['string', 'integer', 'number']) }).exactOptional(),
    enum: z.array(text).min(1, 'It is empty.').exactOptional(),
    minLength: z.int().min(0).exactOptional(),
    maxLength: z.int().min(1).exactOptional(),
    required: z.boolean().exactOptional(),
    self: z.enum(['READ_WRITE', 'READ_ONLY', 'HIDE']).exactOptional(),
  })
  .superRefine((given, context) => {
    const refuse = (member: string, message: string) =>
      context.addIssue({ code: 'custom', path: [member], message });
    const { type, items, minLength = 0, maxLength = Number.POSITIVE_INFINITY } = given;
    if (type === 'array' && items === undefined) refuse('items', 'An array needs it.');
    if (type !== 'array' && items !== undefined) refuse('items', 'Only an array has it.');
    if (minLength > maxLength) refuse('minLength', 'It is more than maxLength.');
    if (type === 'string') return;
    for (const member of ['enum', 'minLength', 'maxLength'] as const) {
      if (given[member] !== undefined) refuse(member, 'Only a string has it.');
    }
  });

const attributes = z.record(z.string(), attribute).superRefine((given, context) => {
  for (const name of Object.keys(given)) {
    const problem = nameProblem(name);
    if (problem !== null) context.addIssue({ code: 'custom', path: [name], message: problem });
  }
});

function nameProblem(name: string): string | null {
  if (isBaseAttribute(name)) return 'Okta itself has an attribute of this name.';
  return /^[A-Za-z]\w*$/.test(name)
    ? null
    : 'Its name has to be letters, digits and underscores, with a letter first.';
}

/** The format of a seed file: docs/embedded-okta.md has an example and a table. */
export const seedSchema = z.strictObject({
  users: z
    .array(user)
    .superRefine(unique(loginsOf))
    .superRefine(unique((users) => users.map(({ id }) => id && (['id', id] as const))))
    .exactOptional(),
  apps: z
    .array(app)
    .superRefine(unique((apps) => apps.map(({ clientId }) => ['clientId', clientId] as const)))
    .exactOptional(),
  customAttributes: attributes.exactOptional(),
  mfa: z.enum(['OFF', 'OPTIONAL', 'REQUIRED']).exactOptional(),
});

function loginsOf(users: readonly z.output<typeof user>[]): readonly (readonly [string, string])[] {
  return users.map(({ login, email }) =>
    login === undefined ? ['email', email.toLowerCase()] : ['login', login.toLowerCase()],
  );
}

/** Refuses a list in which two members have the same value of the named property; undefined: it has none. */
function unique<Member>(
  namesOf: (
    members: Member[],
  ) => readonly (readonly [property: string, value: string] | undefined | '')[],
) {
  return (members: Member[], context: z.RefinementCtx) => {
    const seen = new Set<string>();
    for (const [index, named] of namesOf(members).entries()) {
      if (!named) continue;
      const [property, value] = named;
      if (seen.has(value)) {
        const path = [index, property];
        context.addIssue({ code: 'custom', path, message: 'An earlier one has it already.' });
      }
      seen.add(value);
    }
  };
}
