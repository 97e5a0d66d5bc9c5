import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { type ProfileSchema, profileFields } from '../../identity/profile-schema.ts';

const limits = {
  required: z.boolean(),
  minLength: z.int().min(0).nullable(),
  maxLength: z.int().min(1).nullable(),
};

const schema = z.strictObject({
  fields: z.record(z.enum(profileFields), z.strictObject(limits)),
  attributes: z.record(
    // A name of GraphQL, but none of its own or of Object's.
    z.string().regex(/^(?!__|constructor$)[A-Za-z_]\w*$/),
    z.strictObject({
      ...limits,
      visibility: z.enum(['public', 'private', 'none']),
      title: z.string().min(1),
      type: z.enum(['string', 'boolean', 'integer', 'number']),
      list: z.boolean(),
      values: z.array(z.string()).min(1).nullable(),
      writable: z.boolean(),
    }),
  ),
}) satisfies z.ZodType<ProfileSchema>;

/** The one of this package: the profile of a new Okta org. */
export const shippedProfile = new URL('../../../schema/profile.json', import.meta.url);

/** @throws Error where the file cannot be read, or is not a profile schema */
export function readProfileSchema(file: URL): ProfileSchema {
  const parsed = schema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map(({ path }) => path.join('.') || 'the whole').join(', ');
  throw new Error(`It is not a profile schema. Look at: ${places}.`);
}

let chosen: ProfileSchema | null = null;

/**
 * Chooses the profile that the GraphQL schema is made of. Its types are made when its modules are
 * loaded, so this comes first.
 * @throws Error when they are loaded
 */
export function useProfileSchema(profile: ProfileSchema): void {
  if (chosen !== null) throw new Error('The GraphQL schema is loaded already.');
  chosen = profile;
}

/** The chosen one, or the one of this package. */
export function profileSchema(): ProfileSchema {
  chosen ??= readProfileSchema(shippedProfile);
  return chosen;
}
