import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';

/** The keywords that this check reads; AJV reads them all. */
export interface Schema {
  $ref?: string;
  type?: string;
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  allOf?: Schema[];
  oneOf?: Schema[];
  anyOf?: Schema[];
  discriminator?: { mapping?: Record<string, string> };
}

export interface StandaloneSchema extends Schema {
  components: { schemas: Record<string, Schema> };
}

interface Response {
  $ref?: string;
  content?: Record<string, { schema?: Schema }>;
}

export interface Spec {
  paths: Record<string, Record<string, { responses?: Record<string, Response> }>>;
  components: { schemas: Record<string, Schema>; responses: Record<string, Response> };
}

const folder = fileURLToPath(new URL('../../../shared/okta-openapi/', import.meta.url));
const cache = fileURLToPath(new URL('../../node_modules/.cache/okta-openapi/', import.meta.url));
const names = ['management', 'oauth'];

/** Okta's files are not part of this repository: the check runs where they lie beside it. */
export const specsAvailable = names.every((name) => existsSync(`${folder}${name}.yaml`));

/** Examples hold dangling references, and none of these matter to a check. */
function withoutProse(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutProse);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key, value]) => {
        if (key === 'description' || key === 'summary') return typeof value !== 'string';
        if (key === 'example') return false;
        // AJV takes it beside a type alone.
        if (key === 'nullable' && typeof value === 'boolean' && !('type' in node)) return false;
        if (key === 'examples') return typeof value === 'object' && 'type' in (value ?? {});
        return !key.startsWith('x-');
      })
      .map(([key, value]) => [key, withoutProse(value)]),
  );
}

/** Parsing 87,000 lines of YAML takes 0.6 s, so the result is kept as JSON under the file's age and size. */
function loadSpec(name: string): Spec {
  const source = `${folder}${name}.yaml`;
  const { mtimeMs, size } = statSync(source);
  const cached = `${cache}${name}-${Math.trunc(mtimeMs)}-${size}.json`;
  if (existsSync(cached)) return JSON.parse(readFileSync(cached, 'utf8')) as Spec;
  const spec = withoutProse(load(readFileSync(source, 'utf8'))) as Spec;
  mkdirSync(cache, { recursive: true });
  // Workers write at the same time: a rename is whole or not at all.
  const draft = `${cached}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(spec));
  renameSync(draft, cached);
  return spec;
}

export function loadSpecs(): readonly Spec[] {
  return names.map(loadSpec);
}

function nameOf(ref: string): string {
  return ref.slice(ref.lastIndexOf('/') + 1);
}

/** Null where the status is documented without a body. */
export function responseSchema(spec: Spec, response: Response): Schema | null {
  const resolved =
    response.$ref === undefined ? response : spec.components.responses[nameOf(response.$ref)];
  return Object.values(resolved?.content ?? {})[0]?.schema ?? null;
}

/** The schema with every component that it reaches, so that one response compiles on its own. */
export function standalone(spec: Spec, schema: Schema): StandaloneSchema {
  const schemas: Record<string, Schema> = {};
  const pending: unknown[] = [schema];
  while (pending.length > 0) {
    const node = pending.pop();
    if (typeof node !== 'object' || node === null) continue;
    const ref = (node as { $ref?: unknown }).$ref;
    if (typeof ref === 'string' && schemas[nameOf(ref)] === undefined) {
      const target = spec.components.schemas[nameOf(ref)];
      if (target === undefined) throw new Error(`${ref} leads nowhere`);
      schemas[nameOf(ref)] = target;
      pending.push(target);
    }
    pending.push(...Object.values(node), ...variants(node as Schema));
  }
  return { ...schema, components: { schemas } };
}

/** What a discriminator chooses from. */
function variants({ discriminator }: Schema): Schema[] {
  return Object.values(discriminator?.mapping ?? {}).map(($ref) => ({ $ref }));
}

/** Paths of members that no schema on the way names; schemas of Okta allow them silently. */
export function unknownMembers(root: StandaloneSchema, value: unknown): string[] {
  const { schemas } = root.components;

  // A variant is made of its base, which names its variants: each schema is taken once.
  const flatten = (schema: Schema, taken = new Set<Schema>()): Schema[] => {
    if (taken.has(schema)) return [];
    taken.add(schema);
    const target = schema.$ref === undefined ? undefined : schemas[nameOf(schema.$ref)];
    const { allOf = [], oneOf = [], anyOf = [] } = schema;
    const parts = [...allOf, ...oneOf, ...anyOf, ...variants(schema)];
    if (target !== undefined) parts.push(target);
    return [schema, ...parts.flatMap((part) => flatten(part, taken))];
  };

  const walk = (node: unknown, candidates: Schema[], path: string): string[] => {
    const all = candidates.flatMap((schema) => flatten(schema));
    if (Array.isArray(node)) {
      const items = all.flatMap((schema) => schema.items ?? []);
      return node.flatMap((item, index) => walk(item, items, `${path}/${index}`));
    }
    if (typeof node !== 'object' || node === null) return [];
    const members = all.map((schema) => schema.properties ?? {});
    const open =
      all.some((schema) => schema.additionalProperties !== undefined) ||
      members.every((properties) => Object.keys(properties).length === 0);
    return Object.entries(node).flatMap(([key, member]) => {
      const next = members.flatMap((properties) => properties[key] ?? []);
      if (next.length > 0) return walk(member, next, `${path}/${key}`);
      return open ? [] : [`${path}/${key}`];
    });
  };

  return walk(value, [root], '');
}
