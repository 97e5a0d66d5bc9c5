import type { z } from 'zod';
import { randomId } from './ids.ts';

/** A thing that an administrator configures. Times are epoch milliseconds. */
export interface Resource<Body> {
  readonly id: string;
  status: 'ACTIVE' | 'INACTIVE';
  readonly created: number;
  lastUpdated: number;
  /** Its members as Okta names them, except for id, status, times and links. */
  body: Body;
}

/** One kind of resource, such as the scopes of authorization servers. */
export interface Table<Body> {
  readonly name: string;
  /** How Okta's ids of this kind begin. */
  readonly idPrefix: string;
  /** Reads a request body, and fills in what Okta fills in. */
  readonly schema: z.ZodType<Body>;
}

/** In the order in which they were made. */
export type Collection<Body> = Map<string, Resource<Body>>;

/** Everything that is configured in an org. The admin API writes it, and the other rooms read it. */
export interface Resources {
  /** @param parentId the resource that these belong to, such as an authorization server; default none */
  of<Body>(table: Table<Body>, parentId?: string): Collection<Body>;
  add<Body>(table: Table<Body>, resource: NewResource<Body>): Resource<Body>;
  /** With everything that belongs to it. */
  remove<Body>(table: Table<Body>, id: string, parentId?: string): void;
  clear(): void;
  keep(): KeptCollection[];
  /** Replaces everything that is there. */
  restore(kept: readonly KeptCollection[]): void;
}

export interface NewResource<Body> {
  readonly body: Body;
  readonly parentId?: string;
  /** Default: a new one. */
  readonly id?: string;
  /** Default: ACTIVE. */
  readonly status?: 'ACTIVE' | 'INACTIVE';
}

/** As the snapshot file has it. */
export interface KeptCollection {
  readonly table: string;
  readonly parentId: string;
  readonly resources: readonly Resource<unknown>[];
}

interface Held {
  readonly table: string;
  readonly parentId: string;
  readonly resources: Collection<unknown>;
}

/** @param now epoch milliseconds */
export function createResources(now: () => number): Resources {
  const collections = new Map<string, Held>();

  function held(table: string, parentId: string): Held {
    const key = `${table} ${parentId}`;
    const known = collections.get(key) ?? { table, parentId, resources: new Map() };
    collections.set(key, known);
    return known;
  }

  function removeChildren(id: string): void {
    for (const [key, { parentId, resources }] of collections) {
      if (parentId !== id) continue;
      collections.delete(key);
      for (const child of resources.keys()) removeChildren(child);
    }
  }

  // The name of a table identifies it, and so its type.
  const of = <Body>(table: Table<Body>, parentId = '') =>
    held(table.name, parentId).resources as Collection<Body>;

  return {
    of,
    add(table, { body, parentId = '', id, status = 'ACTIVE' }) {
      const resource = {
        id: id ?? randomId(table.idPrefix),
        status,
        created: now(),
        lastUpdated: now(),
        body,
      };
      of(table, parentId).set(resource.id, resource);
      return resource;
    },
    remove(table, id, parentId = '') {
      if (held(table.name, parentId).resources.delete(id)) removeChildren(id);
    },
    clear: () => collections.clear(),
    keep: () =>
      [...collections.values()].map(({ table, parentId, resources }) => ({
        table,
        parentId,
        resources: [...resources.values()],
      })),
    restore(kept) {
      collections.clear();
      for (const { table, parentId, resources } of kept) {
        const { resources: into } = held(table, parentId);
        for (const resource of resources) into.set(resource.id, resource);
      }
    },
  };
}
