import { z } from 'zod';
import { ApiError } from '../http/responses.ts';
import type { Store } from '../store/store.ts';
import { isBaseAttribute } from './base-attributes.ts';
import type {
  BaseAttributeSettings,
  CustomAttribute,
  SelfPermission,
} from './profile-attributes.ts';

const permissions = z.array(
  z.object({ principal: z.literal('SELF'), action: z.enum(['READ_WRITE', 'READ_ONLY', 'HIDE']) }),
);
const itemTypes = ['string', 'integer', 'number'] as const;

const custom = z.object({
  title: z.string().min(1),
  description: z.string().nullish(),
  type: z.enum(['string', 'boolean', 'integer', 'number', 'array']),
  items: z.object({ type: z.enum(itemTypes) }).nullish(),
  enum: z.array(z.string()).nullish(),
  minLength: z.number().int().nullish(),
  maxLength: z.number().int().nullish(),
  required: z.boolean().nullish(),
  permissions: permissions.nullish(),
});

const base = z.object({
  required: z.boolean().nullish(),
  permissions: permissions.nullish(),
  pattern: z.string().nullish(),
});

const properties = <Attribute extends z.ZodType>(attribute: Attribute) =>
  z.object({ properties: z.record(z.string(), attribute).optional() }).optional();

const update = z.object({
  definitions: z
    .object({ custom: properties(custom.nullable()), base: properties(base) })
    .optional(),
});

/**
 * `POST /api/v1/meta/schemas/user/default`: changes the attributes that the body names, and leaves the
 * others. An own attribute that is null is removed.
 * @throws ApiError E0000001 for an attribute that cannot be, E0000003 for a body of another form
 */
export function updateSchema(store: Store, body: unknown): void {
  const read = update.safeParse(body);
  if (!read.success) throw new ApiError('E0000003');
  const { definitions } = read.data;
  const baseAttributes = new Map(store.baseAttributes);
  for (const [name, attribute] of Object.entries(definitions?.base?.properties ?? {})) {
    if (!isBaseAttribute(name)) throw invalid(name, 'is no attribute of the base profile');
    baseAttributes.set(name, baseSettings(name, attribute, baseAttributes.get(name)));
  }
  const customAttributes = new Map(store.customAttributes);
  for (const [name, attribute] of Object.entries(definitions?.custom?.properties ?? {})) {
    if (isBaseAttribute(name)) throw invalid(name, 'is an attribute of the base profile');
    if (attribute === null) customAttributes.delete(name);
    else customAttributes.set(name, customAttribute(attribute));
  }
  store.baseAttributes = baseAttributes;
  store.customAttributes = customAttributes;
}

/** Okta lets the names alone be optional, and the login alone have a pattern. */
function baseSettings(
  name: string,
  { required, permissions: given, pattern }: z.infer<typeof base>,
  before: BaseAttributeSettings = {},
): BaseAttributeSettings {
  const isName = name === 'firstName' || name === 'lastName';
  const self = selfOf(given);
  return {
    ...before,
    ...(isName && typeof required === 'boolean' && { required }),
    ...(self !== null && { self }),
    ...(name === 'login' && pattern !== undefined && { pattern: checkedPattern(pattern) }),
  };
}

function checkedPattern(pattern: string | null): string | null {
  try {
    if (pattern !== null) new RegExp(pattern, 'u');
    return pattern;
  } catch {
    throw invalid('login', 'the pattern is no regular expression');
  }
}

function customAttribute(given: z.infer<typeof custom>): CustomAttribute {
  const { permissions: allowed, ...rest } = given;
  const self = selfOf(allowed);
  const set = Object.entries(rest).filter(([, value]) => value !== null && value !== undefined);
  return {
    ...(Object.fromEntries(set) as unknown as CustomAttribute),
    // Okta's default for a new attribute.
    self: self ?? 'READ_ONLY',
  };
}

function selfOf(given: z.infer<typeof permissions> | null | undefined): SelfPermission | null {
  return given?.[0]?.action ?? null;
}

function invalid(name: string, problem: string): ApiError {
  return new ApiError('E0000001', { about: name, causes: [`${name}: ${problem}`] });
}
