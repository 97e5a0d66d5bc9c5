import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** A request that Okta's own tools sent to a real org, and its answer. */
export interface Interaction {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** The scheme alone; null: none. */
  readonly auth: string | null;
  /** Null: it had no body, or the recording left it out. */
  readonly request: Json;
  readonly status: number;
  /** Those that the recording kept, by names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly response: Json;
}

export interface Recording {
  readonly name: string;
  readonly interactions: readonly Interaction[];
}

const folder = fileURLToPath(new URL('../../../../shared/okta-recorded/', import.meta.url));
const tools = ['sdk-python', 'terraform'];

/** Okta's recordings are not part of this repository: the test runs where they lie beside it. */
export const recordingsAvailable = tools.every((tool) => existsSync(`${folder}${tool}`));

export function readRecordings(): Recording[] {
  return tools.flatMap((tool) =>
    readdirSync(`${folder}${tool}`)
      .filter((file) => file.endsWith('.json'))
      .sort()
      .map((file) => ({
        name: basename(file, '.json'),
        interactions: JSON.parse(readFileSync(`${folder}${tool}/${file}`, 'utf8')).interactions,
      })),
  );
}

/**
 * The paths that the embedded org serves, as far as there are recordings of them; but the recorded
 * token requests hold assertions of keys that are not in them.
 */
const served: readonly (readonly [methods: string, path: RegExp])[] = [
  ['GET POST', /^\/api\/v1\/users$/],
  ['GET POST PUT DELETE', /^\/api\/v1\/users\/[^/]+$/],
  ['POST', /^\/api\/v1\/users\/[^/]+\/lifecycle\/\w+$/],
  ['POST', /^\/api\/v1\/users\/[^/]+\/credentials\/(change|forgot)_password$/],
  ['GET POST DELETE', /^\/api\/v1\/users\/[^/]+\/factors(?!\/questions$|\/catalog$)(\/|$)/],
  ['DELETE', /^\/api\/v1\/users\/[^/]+\/sessions$/],
  ['GET DELETE', /^\/api\/v1\/users\/[^/]+\/clients(\/|$)/],
  ['GET POST DELETE', /^\/api\/v1\/sessions(\/|$)/],
  ['POST', /^\/api\/v1\/authn(\/|$)/],
  ['GET', /^\/api\/v1\/meta\/schemas\/user\/[^/]+$/],
  ['GET POST PUT DELETE', /^\/api\/v1\/eventHooks(\/|$)/],
  ['GET', /^\/api\/v1\/logs$/],
  ['GET POST PUT DELETE', /^\/api\/v1\/apps(\/[^/]+(\/lifecycle\/\w+)?)?$/],
  ['GET POST PUT DELETE', /^\/api\/v1\/apps\/[^/]+\/(groups|users|grants|policies)(\/|$)/],
  ['GET POST DELETE', /^\/api\/v1\/apps\/[^/]+\/credentials\/(secrets|jwks)(\/|$)/],
  ['GET POST PUT DELETE', /^\/api\/v1\/authorizationServers(\/[^/]+(\/lifecycle\/\w+)?)?$/],
  [
    'GET POST PUT DELETE',
    /^\/api\/v1\/authorizationServers\/[^/]+\/(scopes|claims|policies|credentials)(\/|$)/,
  ],
  ['GET POST PUT DELETE', /^\/api\/v1\/groups(\/(?!rules)[^/]+(\/(users|apps)(\/[^/]+)?)?)?$/],
  ['GET', /^\/api\/v1\/users\/[^/]+\/groups$/],
  ['GET POST PUT DELETE', /^\/api\/v1\/policies(\/|$)/],
  ['GET POST PUT DELETE', /^\/api\/v1\/authenticators(\/[^/]+(\/(lifecycle|methods)(\/\w+)?)?)?$/],
  ['GET POST PUT DELETE', /^\/api\/v1\/zones(\/|$)/],
  ['GET POST PUT DELETE', /^\/api\/v1\/brands(\/[^/]+(\/(domains|templates\/.*))?)?$/],
  ['GET POST', /^\/api\/v1\/features(\/|$)/],
  ['GET POST PUT DELETE', /^\/api\/v1\/iam\/(roles(\/|$)|resource-sets(\/[^/]+)?$)/],
  ['GET PUT', /^\/api\/v1\/rate-limit-settings\//],
  ['GET POST PUT', /^\/api\/v1\/principal-rate-limits(\/|$)/],
  ['GET POST', /^\/api\/v1\/threats\/configuration$/],
  ['GET', /^\/attack-protection\/api\/v1\//],
  ['GET', /^\/api\/v1\/api-tokens(\/[^/]+)?$/],
  ['GET POST PUT', /^\/api\/v1\/org$/],
  ['GET', /^\/\.well-known\/okta-organization$/],
];

/** Without the query, and with the doubled slash of one recorder taken out. */
export function pathOf({ path }: Interaction): string {
  return (path.split('?')[0] ?? '').replace(/^\/\//, '/');
}

export function isServed(interaction: Interaction): boolean {
  const path = pathOf(interaction);
  return (
    isOktas(interaction) &&
    served.some(
      ([methods, pattern]) => methods.split(' ').includes(interaction.method) && pattern.test(path),
    )
  );
}

/** Not one that a recorder made up where it had no answer. */
function isOktas({ status, response }: Interaction): boolean {
  return status < 400 || (isObject(response) && Object.hasOwn(response, 'errorCode'));
}

/** `GET /api/v1/users/{id}/factors`: what an interaction asks for, without its ids. */
export function operationOf(interaction: Interaction): string {
  const path = pathOf(interaction)
    .split('/')
    .map((part, index, parts) => (isId(part, parts[index - 1]) ? '{id}' : part))
    .join('/');
  return `${interaction.method} ${path}`;
}

const collections = [
  ...[
    'users',
    'factors',
    'sessions',
    'eventHooks',
    'clients',
    'tokens',
    'apps',
    'groups',
    'grants',
  ],
  ...['secrets', 'jwks', 'policies', 'rules', 'scopes', 'claims', 'authorizationServers', 'zones'],
  ...['brands', 'customizations', 'features', 'roles', 'resource-sets', 'authenticators'],
  ...['principal-rate-limits', 'api-tokens', 'email', 'permissions', 'methods'],
];
function isId(part: string, before = ''): boolean {
  return collections.includes(before) && part !== '';
}

export function isObject(value: unknown): value is { [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
