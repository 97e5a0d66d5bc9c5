import { type Interaction, isObject, type Json, operationOf } from './recordings.ts';

/** Meets the default policy, holds no name, and is none of the recorded ones. */
const anyPassword = 'Grote-Markt-77';

/** What a recording left out of its requests: bodies, and values of secrets. */
export interface Bodies {
  /** The body to send; null: none. */
  of(interaction: Interaction): Json;
}

export function createBodies(hookUrl: string): Bodies {
  /** By login: what its account was created with, or changed to. */
  const passwords = new Map<string, string>();
  const complete = (interaction: Interaction): Json => {
    const { request, response } = interaction;
    switch (operationOf(interaction)) {
      case 'POST /api/v1/users':
        return userBody(interaction, passwords);
      case 'PUT /api/v1/users/{id}':
      case 'POST /api/v1/users/{id}':
        return request ?? { profile: member(response, 'profile') };
      case 'POST /api/v1/users/{id}/credentials/change_password':
        return changeBody(request);
      case 'POST /api/v1/users/{id}/factors':
        return request ?? pick(response, ['factorType', 'provider', 'profile']);
      case 'POST /api/v1/authn':
        return signInBody(response, passwords);
      case 'POST /api/v1/eventHooks':
      case 'PUT /api/v1/eventHooks/{id}':
        return hookBody(request ?? response, hookUrl);
      default:
        return request ?? bodyOf(interaction);
    }
  };
  return { of: complete };
}

/** What made or changed the thing of an answer, where the recording left it out. */
function bodyOf({ method, status, response, path }: Interaction): Json {
  const isLifecycle = /\/lifecycle\/[^/]+$|\/apps\/[^/]+\/policies\/|\/(clone|users\/\w+)$/.test(
    path,
  );
  if ((method !== 'POST' && method !== 'PUT') || status >= 300 || isLifecycle) return null;
  if (!isObject(response)) return null;
  const { id: _i, _links, _embedded, created: _c, lastUpdated: _u, system: _s, ...body } = response;
  return /\/apps\/[^/]+\/(users|groups)/.test(path) ? { ...body, id: _i ?? null } : body;
}

function member(value: Json, name: string): Json {
  return isObject(value) ? (value[name] ?? null) : null;
}

function pick(value: Json, names: readonly string[]): Json {
  return Object.fromEntries(names.map((name) => [name, member(value, name)]));
}

function userBody({ request, response }: Interaction, passwords: Map<string, string>): Json {
  const body = request ?? userOf(response);
  const password = member(member(member(body, 'credentials'), 'password'), 'value');
  passwords.set(`${member(member(body, 'profile'), 'login')}`, `${password}`);
  return body;
}

/** The request that made the user of an answer, which shows a password as `{}`. */
function userOf(response: Json): Json {
  const hasPassword = isObject(member(member(response, 'credentials'), 'password'));
  return {
    profile: member(response, 'profile'),
    ...(hasPassword && { credentials: { password: { value: anyPassword } } }),
  };
}

function changeBody(request: Json): Json {
  if (request !== null) return request;
  return { oldPassword: { value: anyPassword }, newPassword: { value: `${anyPassword}8` } };
}

function signInBody(response: Json, passwords: ReadonlyMap<string, string>): Json {
  const profile = member(member(member(response, '_embedded'), 'user'), 'profile');
  const username = `${member(profile, 'login')}`;
  return { username, password: passwords.get(username) ?? anyPassword };
}

/** The embedded org calls this machine alone, and no answer shows the secret. */
function hookBody(hook: Json, uri: string): Json {
  const channel = member(hook, 'channel');
  const config = member(channel, 'config');
  const authScheme = member(config, 'authScheme');
  return {
    ...(pick(hook, ['name', 'events', 'status']) as object),
    channel: {
      ...(isObject(channel) && channel),
      config: {
        ...(isObject(config) && config),
        uri,
        authScheme: isObject(authScheme) ? { value: 'a-secret', ...authScheme } : null,
      },
    },
  };
}
