import { type AdminApi, AdminApiError } from './admin-api.ts';
import {
  type Change,
  Conflict,
  differences,
  type Found,
  type Ids,
  merge,
  type Resource,
  replacement,
} from './resource.ts';

export interface Step {
  readonly resource: Resource;
  readonly action: 'create' | 'change' | 'keep' | 'forbidden';
  /** For a change. */
  readonly changes: readonly Change[];
}

interface Options {
  /** False: reads only. */
  readonly apply: boolean;
  /** Filled as objects are found and made, for a caller who sees this fail in the middle. */
  readonly ids?: Map<string, string>;
  /** Called after each step, so that a failure in the middle shows what was done. */
  readonly onStep?: (step: Step) => void;
}

export interface Outcome {
  readonly steps: readonly Step[];
  /** Of all resources; without those that a plan would create. */
  readonly ids: Ids;
}

/**
 * Compares an org with what is wanted of it, resource by resource, and makes it so if asked to.
 * Nothing is ever deleted. After a failure the next run goes on where this one stopped, since all
 * state is in the org.
 * @throws Conflict, AdminApiError
 */
export async function reconcile(
  resources: readonly Resource[],
  api: AdminApi,
  { apply, onStep, ids = new Map() }: Options,
): Promise<Outcome> {
  const steps: Step[] = [];
  for (const resource of resources) {
    const step = await reconcileOne(resource, { api, ids, apply }).catch((error: unknown) => {
      const isForbidden = error instanceof AdminApiError && error.isForbidden;
      if (!isForbidden || resource.isOptional !== true) throw error;
      return { resource, action: 'forbidden', changes: [] } as const;
    });
    steps.push(step);
    onStep?.(step);
  }
  return { steps, ids };
}

async function reconcileOne(
  resource: Resource,
  of: { readonly api: AdminApi; readonly ids: Map<string, string>; readonly apply: boolean },
): Promise<Step> {
  const { api, ids, apply } = of;
  const canExist = resource.parents.every((key) => ids.has(key));
  const found = canExist ? await resource.find(api, ids) : null;
  const step = stepOf(resource, found, ids);
  if (found !== null) ids.set(resource.key, found.id);
  if (apply) await carryOut(step, { api, ids, found });
  return step;
}

function stepOf(resource: Resource, found: Found | null, ids: Ids): Step {
  if (found === null) return { resource, action: 'create', changes: [] };
  const changes = differences(found.current, resource.wanted(ids));
  for (const { path, from, to } of changes) {
    if (!resource.fixed?.some((fixed) => path === fixed || path.startsWith(`${fixed}.`))) continue;
    throw new Conflict(
      `${resource.kind} "${resource.name}" exists with ${path} ${textOf(from)} instead of ${textOf(to)}, which set-up does not change. Rename it, or choose other names with --prefix.`,
    );
  }
  if (changes.length > 0 && found.current['system'] === true) {
    throw new Conflict(
      `${resource.kind} "${resource.name}" is one of Okta's own, which set-up never changes. Choose other names with --prefix.`,
    );
  }
  return { resource, action: changes.length === 0 ? 'keep' : 'change', changes };
}

async function carryOut(
  { resource, action }: Step,
  {
    api,
    ids,
    found,
  }: { readonly api: AdminApi; readonly ids: Map<string, string>; readonly found: Found | null },
): Promise<void> {
  const wanted = resource.wanted(ids);
  if (action === 'create') {
    const body = merge(wanted, resource.initial ?? {});
    ids.set(resource.key, await resource.create(api, body, ids));
  }
  if (action !== 'change' || found === null) return;
  await resource.update?.(api, found, replacement(found.current, wanted), ids);
}

/** For a person: strings bare, lists by commas, nothing as "not set". */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return 'not set';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(textOf).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
