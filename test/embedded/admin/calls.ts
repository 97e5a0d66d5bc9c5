import type { EmbeddedOkta } from '../../../src/embedded/handle.ts';

export type Json = Record<string, unknown>;

export interface AdminAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json & { readonly id: string; readonly errorCode: string };
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** A request of the administrator, or of the bearer of a token. */
export async function admin(
  okta: EmbeddedOkta,
  [method, path]: readonly [Method, string],
  { body, token }: { readonly body?: Json; readonly token?: string } = {},
): Promise<AdminAnswer> {
  const answer = await fetch(`${okta.url}${path}`, {
    method,
    headers: {
      accept: 'application/json',
      authorization: token === undefined ? `SSWS ${okta.seeded.apiToken}` : `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    body: text === '' ? {} : JSON.parse(text),
  };
}

/** The thing that a request made. @throws where it made none */
export async function made(
  okta: EmbeddedOkta,
  path: string,
  body: Json,
): Promise<AdminAnswer['body']> {
  const answer = await admin(okta, ['POST', path], { body });
  if (answer.status < 300) return answer.body;
  throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
}

/** An app as `setup` makes it. */
export function oidcApp(label: string, settings: Json, credentials: Json = {}): Json {
  return {
    name: 'oidc_client',
    label,
    signOnMode: 'OPENID_CONNECT',
    credentials: { oauthClient: credentials },
    settings: { oauthClient: settings },
  };
}

export const passwordApp = oidcApp('Shop', {
  application_type: 'native',
  grant_types: ['password', 'refresh_token'],
  refresh_token: { rotation_type: 'ROTATE', leeway: 30 },
});

export function accessRule(rule: Json = {}): Json {
  return {
    type: 'RESOURCE_ACCESS',
    name: 'Customers',
    priority: 1,
    conditions: {
      people: { groups: { include: ['EVERYONE'] } },
      grantTypes: { include: ['password'] },
      scopes: { include: ['*'] },
    },
    actions: { token: { accessTokenLifetimeMinutes: 5 } },
    ...rule,
  };
}

export const accessPolicy = {
  type: 'OAUTH_AUTHORIZATION_POLICY',
  name: 'Customers',
  priority: 1,
  conditions: { clients: { include: ['ALL_CLIENTS'] } },
};

export function signOnRule(verificationMethod: Json, rule: Json = {}): Json {
  return {
    type: 'ACCESS_POLICY',
    name: 'Password',
    conditions: null,
    actions: { appSignOn: { access: 'ALLOW', verificationMethod } },
    ...rule,
  };
}
