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

/** @throws where there is no such file, or it is no profile schema */
export function readProfileSchema(file: URL): ProfileSchema {
  const parsed = schema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map(({ path }) => path.join('.') || 'the whole').join(', ');
  throw new Error(`schema/profile.json is no profile schema, at: ${places}.`);
}

/** Read once, since types of the GraphQL schema are made of it. */
export const profileSchema = readProfileSchema(
  new URL('../../../schema/profile.json', import.meta.url),
);
