import { z } from 'zod';

/** A member that may be left out, or be null, which Okta takes for the same. */
export function defaulted<Field extends z.ZodType>(
  field: Field,
  fallback: z.output<Field>,
): z.ZodType<z.output<Field>> {
  return field.nullish().transform((value) => value ?? structuredClone(fallback));
}

/** As `defaulted`, but for members that Okta shows as null, or not at all, until they are set. */
export const nullable = <Field extends z.ZodType>(field: Field) =>
  defaulted(field.nullable(), null);

/** Okta refuses an empty text as it refuses none. */
export const requiredText = (maxLength = 255) => z.string().min(1).max(maxLength);

export const texts = () => z.array(z.string());

/** An object of which this org reads no member: what an administrator sets is what Okta shows. */
export const open = () => z.record(z.string(), z.unknown());

/** Ids that a condition includes and excludes. */
export const included = () =>
  defaulted(z.object({ include: defaulted(texts(), []) }), { include: [] });
