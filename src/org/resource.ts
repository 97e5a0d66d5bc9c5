import { type AdminApi, isRecord, type Json } from './admin-api.ts';

/** Ids at Okta by the key of their resource. */
export type Ids = ReadonlyMap<string, string>;

/** An object of the org, as Okta returns it. */
export interface Found {
  readonly id: string;
  readonly current: Json;
}

/**
 * One thing that the account API needs in an org. `plan` and `apply` ask the same functions, so that a
 * plan cannot differ from what is done.
 */
export interface Resource {
  /** Unique in a description; other resources refer to its id by it. */
  readonly key: string;
  /** What Okta calls it, such as "Application". */
  readonly kind: string;
  readonly name: string;
  /** Keys whose ids `find` needs. While one of them does not exist, neither does this. */
  readonly parents: readonly string[];
  /** Null: there is none. */
  find(api: AdminApi, ids: Ids): Promise<Found | null>;
  /**
   * The part of Okta's object that matters here. Other members keep what they have, and a list may
   * hold more.
   */
  wanted(ids: Ids): Json;
  /** Of a new object besides, where operators may choose another value afterwards. */
  readonly initial?: Json;
  /** Paths of `wanted` that Okta cannot change afterwards, or that others rely on. */
  readonly fixed?: readonly string[];
  /** An org may forbid it, for its edition or its token: the run then goes on without it. */
  readonly isOptional?: true;
  /** @param body `wanted` and `initial` */
  create(api: AdminApi, body: Json, ids: Ids): Promise<string>;
  /** @param body the whole object with the changes; absent: it never differs */
  update?(api: AdminApi, found: Found, body: Json, ids: Ids): Promise<void>;
}

/** Stands for the id of an object that a plan would create. */
const unknownId = '(new)';

export function idOf(ids: Ids, key: string): string {
  return ids.get(key) ?? unknownId;
}

export interface Change {
  /** Such as `settings.oauthClient.grant_types`. */
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** Where `current` is not as wanted. */
export function differences(current: unknown, wanted: unknown, path = ''): readonly Change[] {
  if (isRecord(wanted)) {
    const members = isRecord(current) ? current : {};
    return Object.entries(wanted).flatMap(([name, value]) =>
      differences(members[name], value, path === '' ? name : `${path}.${name}`),
    );
  }
  if (Array.isArray(wanted)) {
    const items = itemsOf(current);
    const missing = missingIn(items, wanted);
    return missing.length === 0 ? [] : [{ path, from: items, to: [...items, ...missing] }];
  }
  return current === wanted ? [] : [{ path, from: current, to: wanted }];
}

/** `current` with the members and list entries that `wanted` has besides. */
export function merge(current: Json, wanted: Json): Json {
  const result: Record<string, unknown> = { ...current };
  for (const [name, value] of Object.entries(wanted))
    result[name] = mergeValue(result[name], value);
  return result;
}

function mergeValue(current: unknown, wanted: unknown): unknown {
  if (isRecord(wanted)) return merge(isRecord(current) ? current : {}, wanted);
  if (!Array.isArray(wanted)) return wanted;
  const items = itemsOf(current);
  return [...items, ...missingIn(items, wanted)];
}

function itemsOf(current: unknown): readonly unknown[] {
  return Array.isArray(current) ? current : [];
}

/** What Okta calls all scopes, and all clients, of a server; it takes them alone. */
const everything: readonly unknown[] = ['*', 'ALL_CLIENTS'];

function missingIn(items: readonly unknown[], wanted: readonly unknown[]): readonly unknown[] {
  if (items.some((item) => everything.includes(item))) return [];
  return wanted.filter((item) => !items.some((each) => isSame(each, item)));
}

/** What Okta adds to an object and does not take back. */
const readOnly = ['_links', '_embedded', 'created', 'createdBy', 'lastUpdated', 'system'];

/** The body of a PUT that changes nothing but what is wanted. */
export function replacement(current: Json, wanted: Json): Json {
  const body = Object.entries(merge(current, wanted));
  return Object.fromEntries(body.filter(([name]) => !readOnly.includes(name)));
}

function isSame(current: unknown, wanted: unknown): boolean {
  return differences(current, wanted).length === 0;
}

/** Finds the one object of a list with this value; null: none. */
export function only(
  items: readonly Json[],
  matches: (item: Json) => boolean,
  what: string,
): Found | null {
  const [first, second] = items.filter(matches);
  if (second !== undefined) {
    throw new Conflict(`The org has more than one ${what}. Rename or delete the others.`);
  }
  return first === undefined ? null : { id: String(first['id']), current: first };
}

/** Of what Okta answers to a creation. */
export function idIn(body: Json): string {
  return String(body['id']);
}

/** The org has something that set-up will not change. */
export class Conflict extends Error {
  override readonly name = 'Conflict';
}
