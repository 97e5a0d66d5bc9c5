import type { z } from 'zod';
import { ApiError } from '../../http/responses.ts';

/**
 * A request body as its schema reads it.
 * @throws ApiError E0000001 for a member that is missing, too long or out of range, and E0000003 for
 * one of another type or with a value that Okta does not know
 */
export function readBody<Body>(schema: z.ZodType<Body>, body: unknown, about?: string): Body {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue === undefined) throw new ApiError('E0000003');
  const field = issue.path.join('.');
  if (isMissing(issue, body)) throw invalid(field, 'The field cannot be left blank', about);
  if (issue.code === 'too_big') throw invalid(field, 'The field is too long or too large', about);
  if (issue.code === 'too_small') {
    throw invalid(field, 'The field is too short or too small', about);
  }
  if (issue.code === 'invalid_format') throw invalid(field, 'The value is invalid', about);
  throw new ApiError('E0000003');
}

/** A member that is not there, or empty. */
function isMissing({ path }: { readonly path: PropertyKey[] }, body: unknown): boolean {
  let value: unknown = body;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return true;
    value = Reflect.get(value, key);
  }
  return value === undefined || value === null || value === '';
}

/** E0000001 with one cause. @param about what Okta says is invalid; default: the field */
export function invalid(field: string, problem: string, about: string = field): ApiError {
  return new ApiError('E0000001', { about, causes: [`${field}: ${problem}`] });
}

/** E0000001 whose cause names no field. */
export function refused(about: string, cause: string): ApiError {
  return new ApiError('E0000001', { about, causes: [cause] });
}
