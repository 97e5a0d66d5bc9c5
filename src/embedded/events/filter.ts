import type { Filter } from 'scim2-parse-filter';
import { ApiError, isObject } from '../http/responses.ts';
import { type Clause, compare, maxDepth, parseFilter } from '../http/scim-filter.ts';
import type { LogEvent } from './log-event.ts';

export type EventPredicate = (event: LogEvent) => boolean;

/** `published` is for `since` and `until`. */
const fields = [
  'uuid',
  'eventType',
  'version',
  'displayMessage',
  'severity',
  'actor',
  'client',
  'outcome',
  'target',
  'transaction',
  'debugContext',
  'authenticationContext',
  'request',
  'securityContext',
  'legacyEventType',
];

/**
 * The `filter` of the System Log, SCIM's without `[ ]` (RFC 7644 section 3.4.2.2); of an array, any
 * member may match: https://developer.okta.com/docs/reference/system-log-query/
 * @throws ApiError E0000053
 */
export function compileEventFilter(expression: string): EventPredicate {
  return compile(parsed(expression), 0);
}

function parsed(expression: string): Filter {
  try {
    return parseFilter(expression);
  } catch {
    throw new ApiError('E0000053', { about: 'Invalid filter' });
  }
}

function compile(filter: Filter, depth: number): EventPredicate {
  if (depth > maxDepth) throw new ApiError('E0000053', { about: 'Invalid filter' });
  switch (filter.op) {
    case 'and':
    case 'or': {
      const parts = filter.filters.map((part) => compile(part, depth + 1));
      return filter.op === 'and'
        ? (event) => parts.every((matches) => matches(event))
        : (event) => parts.some((matches) => matches(event));
    }
    case 'not': {
      const matches = compile(filter.filter, depth + 1);
      return (event) => !matches(event);
    }
    case '[]':
      throw new ApiError('E0000053', { about: 'Invalid filter' });
    default:
      return compileClause(filter);
  }
}

function compileClause(clause: Clause): EventPredicate {
  const { attrPath, op } = clause;
  const path = attrPath.split('.');
  if (!fields.includes(path[0] ?? '')) {
    throw new ApiError('E0000053', { about: `field is not valid: ${attrPath}` });
  }
  if (op === 'pr') return (event) => valuesAt(event, path).length > 0;
  const wanted = operand(clause);
  if (op === 'ne') return (event) => !valuesAt(event, path).includes(wanted);
  return (event) => valuesAt(event, path).some((actual) => compare(op, actual, wanted));
}

function operand(clause: Clause): string {
  const value = 'compValue' in clause ? clause.compValue : null;
  return typeof value === 'string' ? decodeURIComponent(value) : String(value);
}

/** The texts at a path, arrays being walked through. */
function valuesAt(node: unknown, path: readonly string[]): string[] {
  if (Array.isArray(node)) return node.flatMap((member) => valuesAt(member, path));
  const [name, ...rest] = path;
  if (name === undefined) return node === undefined || isObject(node) ? [] : [String(node)];
  return isObject(node) ? valuesAt(node[name], rest) : [];
}
