import { isRecord } from './admin-api.ts';

/** The member at a path; undefined: there is none. */
export function at(json: unknown, ...path: readonly string[]): unknown {
  return path.reduce((value, name) => (isRecord(value) ? value[name] : undefined), json);
}

/** Empty where there is no list. */
export function textsAt(json: unknown, ...path: readonly string[]): readonly string[] {
  const value = at(json, ...path);
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Null where there is no text. */
export function textAt(json: unknown, ...path: readonly string[]): string | null {
  const value = at(json, ...path);
  return typeof value === 'string' ? value : null;
}

/** Null where there is no number. */
export function numberAt(json: unknown, ...path: readonly string[]): number | null {
  const value = at(json, ...path);
  return typeof value === 'number' ? value : null;
}
