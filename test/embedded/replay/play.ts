import type { EmbeddedOkta, Seed } from '../../../src/embedded/handle.ts';
import { createBodies } from './bodies.ts';
import { createIdentifiers, type Identifiers } from './identifiers.ts';
import {
  type Interaction,
  isObject,
  isServed,
  type Json,
  operationOf,
  pathOf,
  type Recording,
} from './recordings.ts';
import { differences } from './shapes.ts';

export interface Played {
  readonly recording: string;
  readonly operation: string;
  readonly interaction: Interaction;
  readonly status: number;
  readonly body: Json;
  /** A line each: status, error code, names of headers, names and types of members. */
  readonly differences: readonly string[];
}

export interface Outcome {
  readonly played: readonly Played[];
  /** About things that were in the org before the recording began. */
  readonly presupposed: number;
}

/** Plays what a recording asks of paths that this org serves, in its order. */
export async function play(
  org: EmbeddedOkta,
  recording: Recording,
  hookUrl: string,
): Promise<Outcome> {
  const identifiers = createIdentifiers();
  const bodies = createBodies(hookUrl);
  const played: Played[] = [];
  let presupposed = 0;
  for (const interaction of recording.interactions.filter(isServed)) {
    if (isPresupposed(interaction, identifiers)) {
      presupposed += 1;
      continue;
    }
    const answer = await send(org, interaction, {
      path: identifiers.translate(interaction.path.replace(/^\/\//, '/')),
      body: JSON.parse(
        identifiers.translate(JSON.stringify(bodies.of(interaction))).replaceAll(orgUrls, org.url),
      ),
    });
    if (answer.status < 300 && interaction.status < 300) {
      identifiers.learn(interaction.response, answer.body);
    }
    played.push({
      recording: recording.name,
      operation: operationOf(interaction),
      interaction,
      ...answer,
      differences: compare(translated(interaction, identifiers), answer),
    });
  }
  return { played, presupposed };
}

/** With the names that things have here, which error summaries repeat. */
function translated(interaction: Interaction, { translate }: Identifiers): Interaction {
  const response = JSON.parse(translate(JSON.stringify(interaction.response)));
  return { ...interaction, response };
}

/** The URLs of the recorded orgs alone, as an issuer has them. */
const orgUrls = /https:\/\/[\w-]+\.(?:dne-)?okta\.com(?=")/g;

/** How Okta's ids begin. */
const ids =
  /^(?=\w*\d)(00[ugpT]|0oa|0pr|rul|rst|who|102|aus|scp|ocl|ocs|pks|oag|nzo|bnd|oel|ftr|cr0|iam|irb|aut|0kta|prl)[\w-]{8,}$|^test_group_id$|^ftr\w{17}$/;

/** Found by a recording that did not make it: this org has no such thing. */
function isPresupposed(interaction: Interaction, identifiers: Identifiers): boolean {
  if (interaction.status === 404) return false;
  return pathOf(interaction)
    .split('/')
    .some((part) => ids.test(part) && !identifiers.knows(part));
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

async function send(
  org: EmbeddedOkta,
  { method, auth }: Interaction,
  { path, body }: { readonly path: string; readonly body: Json },
): Promise<Answer> {
  const response = await fetch(`${org.url}${path}`, {
    method,
    headers: {
      accept: 'application/json',
      ...(auth !== null && { authorization: `SSWS ${org.seeded.apiToken}` }),
      ...(method !== 'GET' && { 'content-type': 'application/json' }),
    },
    ...(body !== null && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : null,
  };
}

function compare(recorded: Interaction, answer: Answer): string[] {
  if (recorded.status !== answer.status) return [`status ${recorded.status} > ${answer.status}`];
  return [
    ...codeDifferences(recorded.response, answer.body),
    ...headerDifferences(recorded.headers, answer.headers),
    ...differences(recorded.response, answer.body),
  ];
}

function codeDifferences(there: Json, here: Json): string[] {
  const words = ['errorCode', 'errorSummary', 'error', 'error_description'];
  return words.flatMap((name) => {
    const [was, is] = [isObject(there) && there[name], isObject(here) && here[name]];
    return was === is ? [] : [`${name} ${was} > ${is}`];
  });
}

/** Headers that every recording kept; some kept those of rate limits too. */
const kept = ['content-type', 'link', 'location', 'retry-after', 'www-authenticate'];

function headerDifferences(there: Interaction['headers'], here: Headers): string[] {
  const gone = Object.keys(there).filter((name) => !here.has(name));
  const added = kept.filter((name) => here.has(name) && !Object.hasOwn(there, name));
  return [...gone.map((name) => `- header ${name}`), ...added.map((name) => `+ header ${name}`)];
}

/** The org as it was when the recording was made, as far as its answers show it. */
export function seedOf({ interactions }: Recording): Seed {
  const schemas = interactions
    .filter((each) => pathOf(each).startsWith('/api/v1/meta/schemas/user/') && each.status === 200)
    .map(({ response }) => response);
  const custom = schemas.map((schema) => definition(schema, 'custom')['properties'] ?? {});
  const required = schemas.map((schema) => definition(schema, 'base')['required']).at(0);
  const lacksServers = interactions.some(
    (each) => pathOf(each).startsWith('/api/v1/authorizationServers') && each.status === 401,
  );
  const lacksLastName = Array.isArray(required) && !required.includes('lastName');
  return {
    mails: 'okta',
    customAttributes: Object.assign({}, ...custom.map((each) => withoutRules(each))),
    ...(lacksServers && { apiAccessManagement: false }),
    ...(lacksLastName && { baseAttributes: { lastName: { required: false } } }),
  };
}

function definition(schema: Json, name: string): { [name: string]: Json } {
  const definitions = isObject(schema) ? schema['definitions'] : null;
  const found = isObject(definitions) ? definitions[name] : null;
  return isObject(found) ? found : {};
}

function withoutRules(attributes: Json): object {
  if (!isObject(attributes)) return {};
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => {
      if (!isObject(attribute)) return [name, attribute];
      const { permissions: _p, mutability: _m, scope: _s, master: _a, ...rest } = attribute;
      return [name, rest];
    }),
  );
}
