import type { Collection, Resource } from '../store/resources.ts';

interface Ranked {
  readonly priority?: number | null | undefined;
  readonly system?: boolean | undefined;
}

/** The active ones, in the order in which Okta asks them: by priority, the default one last. */
export function byPriority<Body extends Ranked>(collection: Collection<Body>): Resource<Body>[] {
  return inOrder(collection).filter(({ status }) => status === 'ACTIVE');
}

/** All of them, in that order. */
export function inOrder<Body extends Ranked>(collection: Collection<Body>): Resource<Body>[] {
  return [...collection.values()].sort(
    ({ body: left }, { body: right }) =>
      Number(left.system ?? false) - Number(right.system ?? false) ||
      (left.priority ?? 0) - (right.priority ?? 0),
  );
}

/**
 * Puts one in the place that its priority asks for, or at the end of those that are no default, and
 * moves the others down.
 * @param first the highest priority of the kind: 0 or 1
 */
export function rank<Body extends Ranked>(
  collection: Collection<Body>,
  placed: Resource<Body>,
  first = 1,
): void {
  const others = inOrder(collection).filter(({ id }) => id !== placed.id);
  const movable = others.filter(({ body }) => body.system !== true);
  const wanted = placed.body.priority ?? movable.length + first;
  const at = placed.body.system === true ? others.length : Math.min(wanted - first, movable.length);
  const ordered = [...others.slice(0, Math.max(at, 0)), placed, ...others.slice(Math.max(at, 0))];
  for (const [index, each] of ordered.entries()) {
    if (each.body.priority !== 99) each.body = { ...each.body, priority: index + first };
  }
}
