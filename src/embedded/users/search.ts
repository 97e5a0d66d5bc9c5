/**
 * Okta's filter language on users, a part of SCIM's (RFC 7644 section 3.4.2.2):
 * https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/#tag/User/operation/listUsers
 */

import type { Filter } from 'scim2-parse-filter';
import { type Clause, compare, maxDepth, parseFilter } from '../http/scim-filter.ts';
import type { UserEntity } from '../store/entities.ts';
import { isBaseAttribute } from './base-attributes.ts';

export type Predicate = (user: UserEntity) => boolean;

export type Compiled =
  | { readonly ok: true; readonly matches: Predicate }
  | { readonly ok: false; readonly code: 'E0000031' | 'E0000094' };

const dates = ['created', 'activated', 'statusChanged', 'lastUpdated'] as const;
type DateAttribute = (typeof dates)[number];
const isDate = (path: string): path is DateAttribute => dates.some((name) => name === path);

const order: readonly string[] = ['gt', 'ge', 'lt', 'le'];

/** Which attributes and operators a query parameter knows, and how it compares text. */
interface Dialect {
  readonly code: 'E0000031' | 'E0000094';
  readonly allows: (path: string, op: string) => boolean;
  readonly fold: (text: string) => string;
}

const filterable = [
  'id',
  'status',
  'profile.login',
  'profile.email',
  'profile.firstName',
  'profile.lastName',
];
const contained = ['profile.login', 'profile.email', 'profile.firstName', 'profile.lastName'];

const filterDialect: Dialect = {
  code: 'E0000094',
  allows: (path, op) =>
    (op === 'eq' && filterable.includes(path)) ||
    (path === 'lastUpdated' && (op === 'eq' || order.includes(op))),
  fold: (text) => text,
};

/** The attributes that the org has added to the base profile. */
type CustomAttributes = Pick<ReadonlyMap<string, unknown>, 'has'>;

function searchDialect(custom: CustomAttributes): Dialect {
  return {
    code: 'E0000031',
    allows(path, op) {
      if (isDate(path)) return op === 'eq' || op === 'pr' || order.includes(op);
      const name = profileName(path);
      const known = ['id', 'status', 'type.id'].includes(path) || isBaseAttribute(name);
      return (
        (known || custom.has(name)) &&
        (['eq', 'sw', 'pr', ...order].includes(op) || (op === 'co' && contained.includes(path)))
      );
    },
    fold: (text) => text.toLowerCase(),
  };
}

/** The id of the only user type. */
export const userTypeId = 'otyEmbeddedDefault00';
export const userSchemaId = 'oscEmbeddedDefault00';

type Value = string | number | boolean;

/** Empty where the attribute is empty, several where it is a list. */
function valuesOf(user: UserEntity, path: string): readonly Value[] {
  const held = heldAt(user, path);
  const members: unknown[] = Array.isArray(held) ? held : [held];
  return members.filter((each) => ['string', 'number', 'boolean'].includes(typeof each)) as Value[];
}

function heldAt(user: UserEntity, path: string): unknown {
  if (isDate(path)) return user[path];
  if (path === 'id') return user.id;
  if (path === 'status') return user.status;
  if (path === 'type.id') return userTypeId;
  return user.profile[profileName(path)];
}

function profileName(path: string): string {
  return path.startsWith('profile.') ? path.slice('profile.'.length) : '';
}

class Unsupported extends Error {
  readonly code: 'E0000031' | 'E0000094';
  constructor(code: 'E0000031' | 'E0000094') {
    super(code);
    this.code = code;
  }
}

function operand(clause: Clause, dialect: Dialect): Value {
  const value = 'compValue' in clause ? clause.compValue : '';
  const name = profileName(clause.attrPath);
  const isCustom = name !== '' && !isBaseAttribute(name);
  if (isCustom && (typeof value === 'number' || typeof value === 'boolean')) return value;
  if (typeof value !== 'string') throw new Unsupported('E0000031');
  const text = decodeURIComponent(value);
  if (!isDate(clause.attrPath)) return dialect.fold(text);
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new Unsupported('E0000031');
  return time;
}

function compileClause(clause: Clause, dialect: Dialect): Predicate {
  const { attrPath: path, op } = clause;
  if (op === 'ne' || op === 'ew' || !dialect.allows(path, op)) throw new Unsupported(dialect.code);
  if (op === 'pr') return (user) => valuesOf(user, path).length > 0;
  const wanted = operand(clause, dialect);
  const matches = (actual: Value): boolean => {
    if (typeof actual === 'number' && typeof wanted === 'number')
      return compare(op, actual, wanted);
    if (typeof actual === 'string' && typeof wanted === 'string')
      return compare(op, dialect.fold(actual), wanted);
    return op === 'eq' && actual === wanted;
  };
  return (user) => valuesOf(user, path).some(matches);
}

/** `a eq 1 or a eq 2 or …` of hundreds is one look-up in a set per attribute. */
function compileOr(filters: readonly Filter[], dialect: Dialect, depth: number): Predicate {
  const equalities = new Map<string, Set<Value>>();
  const others: Predicate[] = [];
  for (const filter of filters) {
    if (filter.op === 'eq' && dialect.allows(filter.attrPath, 'eq')) {
      const wanted = equalities.get(filter.attrPath) ?? new Set();
      equalities.set(filter.attrPath, wanted.add(operand(filter, dialect)));
    } else {
      others.push(compileFilter(filter, dialect, depth));
    }
  }
  const sets = [...equalities];
  return (user) =>
    sets.some(([path, wanted]) =>
      valuesOf(user, path).some((value) =>
        wanted.has(typeof value === 'string' ? dialect.fold(value) : value),
      ),
    ) || others.some((matches) => matches(user));
}

function compileFilter(filter: Filter, dialect: Dialect, depth = 0): Predicate {
  if (depth > maxDepth) throw new Unsupported('E0000031');
  switch (filter.op) {
    case 'or':
      return compileOr(filter.filters, dialect, depth + 1);
    case 'and': {
      const parts = filter.filters.map((part) => compileFilter(part, dialect, depth + 1));
      return (user) => parts.every((matches) => matches(user));
    }
    case 'not':
    case '[]':
      throw new Unsupported(dialect.code);
    default:
      return compileClause(filter, dialect);
  }
}

function compile(expression: string, dialect: Dialect): Compiled {
  try {
    return { ok: true, matches: compileFilter(parseFilter(expression), dialect) };
  } catch (error) {
    return { ok: false, code: error instanceof Unsupported ? error.code : 'E0000031' };
  }
}

/** `filter=`: few attributes, mostly `eq`, values as they are written. */
export const compileUserFilter = (expression: string): Compiled =>
  compile(expression, filterDialect);

/** `search=`: every attribute, text compared without regard to case. */
export const compileUserSearch = (expression: string, custom: CustomAttributes): Compiled =>
  compile(expression, searchDialect(custom));

/** `q=`: the start of first name, last name or e-mail. */
export function matchesQuery(query: string): Predicate {
  const wanted = query.toLowerCase();
  return (user) =>
    ['firstName', 'lastName', 'email'].some((name) => {
      const value = user.profile[name];
      return typeof value === 'string' && value.toLowerCase().startsWith(wanted);
    });
}

/** `sortBy=` of a search; null where the attribute cannot be searched either. */
export function userOrder(
  sortBy: string,
  { descending, custom }: { readonly descending: boolean; readonly custom: CustomAttributes },
): ((a: UserEntity, b: UserEntity) => number) | null {
  if (!searchDialect(custom).allows(sortBy, 'eq')) return null;
  const key = (user: UserEntity) => {
    const [value] = valuesOf(user, sortBy);
    return typeof value === 'string' ? value.toLowerCase() : (value ?? '');
  };
  const sign = descending ? -1 : 1;
  return (a, b) => (key(a) < key(b) ? -sign : key(a) > key(b) ? sign : 0);
}
