import { z } from 'zod';
import type { OktaConfig } from '../../config.ts';
import type { CallContext } from '../../identity/model.ts';
import {
  type ProfileAttribute,
  type ProfileField,
  type ProfileLimits,
  profileFields,
} from '../../identity/profile-schema.ts';
import type { OktaHttp } from '../http/client.ts';
import { membersOf } from '../wire/members.ts';
import { createManagementReader } from './read.ts';

/** An attribute as the org defines it. Visibility in this API is configured here, not in the org. */
export type UserAttribute = Omit<ProfileAttribute, 'visibility'>;

export interface UserSchema {
  readonly fields: Readonly<Record<ProfileField, ProfileLimits>>;
  /** Attributes of Okta's base profile that are not fields of this API. */
  readonly base: ReadonlyMap<string, UserAttribute>;
  /** Attributes that the org has added. */
  readonly custom: ReadonlyMap<string, UserAttribute>;
  /** Names of attributes in an unknown format, which are in none of the above. */
  readonly unreadable: readonly string[];
}

/** The profile schema of the default user type. */
export async function readUserSchema(
  config: Pick<OktaConfig, 'orgUrl' | 'management'>,
  { http, now }: { readonly http: OktaHttp; readonly now: () => number },
  context: CallContext,
): Promise<UserSchema> {
  const read = createManagementReader(config, { http, now, scope: 'okta.schemas.read' });
  const { definitions } = await read(
    { endpoint: 'meta/schemas/user', path: 'meta/schemas/user/default', schema: oktaUserSchema },
    context,
  );
  const { attributes: base, unreadable } = attributesOf(definitions.base);
  const custom = attributesOf(definitions.custom);
  const fields = Object.fromEntries(profileFields.map((name) => [name, fieldLimits(base, name)]));
  for (const name of [...profileFields, 'login']) base.delete(name);
  return {
    fields: fields as UserSchema['fields'],
    base,
    custom: custom.attributes,
    unreadable: [...unreadable, ...custom.unreadable],
  };
}

const scalar = z.enum(['string', 'boolean', 'integer', 'number']);

const oktaAttribute = z.object({
  title: z.string().nullish().catch(null),
  type: z.union([scalar, z.literal('array')]),
  items: z.object({ type: scalar.nullish() }).nullish(),
  enum: membersOf(z.union([z.string(), z.number()])).nullish(),
  minLength: z.number().nullish(),
  maxLength: z.number().nullish(),
  required: z.boolean().nullish(),
  mutability: z.string().nullish(),
  permissions: membersOf(
    z.object({ principal: z.string().nullish(), action: z.string().nullish() }),
  ).nullish(),
});
type OktaAttribute = z.infer<typeof oktaAttribute>;

const definition = z.object({
  /** Each is an `oktaAttribute`, or unreadable. */
  properties: z.record(z.string(), z.unknown()).nullish(),
  required: membersOf(z.string()).nullish(),
});

const oktaUserSchema = z.object({
  definitions: z.object({ base: definition, custom: definition }),
});

/** Reads each attribute separately. */
function attributesOf(definitions: z.infer<typeof definition>) {
  const required = definitions.required ?? [];
  const attributes = new Map<string, UserAttribute>();
  const unreadable: string[] = [];
  for (const [name, property] of Object.entries(definitions.properties ?? {})) {
    if (property === undefined || property === null) continue;
    const parsed = oktaAttribute.safeParse(property);
    if (parsed.success)
      attributes.set(name, toAttribute(name, parsed.data, required.includes(name)));
    else unreadable.push(name);
  }
  return { attributes, unreadable };
}

function toAttribute(name: string, attribute: OktaAttribute, required: boolean): UserAttribute {
  const { type, items, permissions, mutability } = attribute;
  const self = permissions?.find(({ principal }) => principal === 'SELF')?.action;
  return {
    title: attribute.title || name,
    type: type === 'array' ? (items?.type ?? 'string') : type,
    list: type === 'array',
    values: attribute.enum?.map(String) ?? null,
    writable: self === 'READ_WRITE' && (mutability ?? 'READ_WRITE') === 'READ_WRITE',
    required: required || attribute.required === true,
    minLength: attribute.minLength ?? null,
    maxLength: attribute.maxLength ?? null,
  };
}

/** The address is also the login, and Okta's schema limits only the length of the login. */
function fieldLimits(base: ReadonlyMap<string, UserAttribute>, name: ProfileField): ProfileLimits {
  const limits = limitsOf(base.get(name));
  if (name !== 'email') return limits;
  const login = limitsOf(base.get('login'));
  return {
    ...limits,
    minLength: limits.minLength ?? login.minLength,
    maxLength: limits.maxLength ?? login.maxLength,
  };
}

function limitsOf(attribute: UserAttribute | undefined): ProfileLimits {
  const { required = false, minLength = null, maxLength = null } = attribute ?? {};
  return { required, minLength, maxLength };
}
