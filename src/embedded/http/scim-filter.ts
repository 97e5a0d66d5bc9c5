import { type Filter, parse } from 'scim2-parse-filter';

/** No sensible query is nested deeper than this. */
export const maxDepth = 40;

/** One attribute and its condition. */
export type Clause = Exclude<Filter, { op: 'and' | 'or' | 'not' | '[]' }>;

/** Compares two values; callers negate for `ne`. */
type Comparison = Exclude<Clause['op'], 'ne' | 'pr'>;

const jsonString = /"(?:[^"\\]|\\.)*"/g;

/**
 * SCIM's filter language (RFC 7644 section 3.4.2.2), with the texts of clauses URI-encoded: the parser
 * doubles backslashes, so it gets values without any.
 * @throws plain errors of the parser, and RangeError on a nest that overflows the stack
 */
export function parseFilter(expression: string): Filter {
  return parse(
    expression.replace(jsonString, (value) => `"${encodeURIComponent(String(JSON.parse(value)))}"`),
  );
}

export function compare<T extends string | number>(op: Comparison, a: T, b: T): boolean {
  switch (op) {
    case 'eq':
      return a === b;
    case 'gt':
      return a > b;
    case 'ge':
      return a >= b;
    case 'lt':
      return a < b;
    case 'le':
      return a <= b;
    case 'sw':
      return String(a).startsWith(String(b));
    case 'ew':
      return String(a).endsWith(String(b));
    case 'co':
      return String(a).includes(String(b));
  }
}
