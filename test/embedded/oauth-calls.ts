import type { EmbeddedOkta, SeedClient } from '../../src/embedded/handle.ts';

export const userScope = 'openid profile email offline_access';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** `{}` for an empty body. */
  readonly body: Record<string, unknown>;
}

/** What a test knows of the answer to a token request; absent members are empty texts. */
export interface TokenReply extends Reply {
  readonly access: string;
  readonly refresh: string;
  readonly id: string;
}

export async function readReply(response: Response): Promise<Reply> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  const body = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { status: response.status, headers: response.headers, text, body };
}

export function basic(client: { readonly clientId: string; readonly clientSecret: string }) {
  const encoded = [client.clientId, client.clientSecret].map(encodeURIComponent).join(':');
  return `Basic ${Buffer.from(encoded).toString('base64')}`;
}

/** A form post; `authorization` null: no such header. */
export async function post(
  url: string,
  fields: Readonly<Record<string, string>>,
  authorization: string | null,
): Promise<Reply> {
  const headers: Record<string, string> = {
    'content-type': 'application/x-www-form-urlencoded',
    ...(authorization !== null && { authorization }),
  };
  const body = new URLSearchParams(fields).toString();
  return readReply(await fetch(url, { method: 'POST', headers, body, redirect: 'manual' }));
}

/** At the default server, as the API's own client by default. */
export async function token(
  okta: EmbeddedOkta,
  fields: Readonly<Record<string, string>>,
  authorization: string | null = basic(okta.seeded.apiClient),
): Promise<TokenReply> {
  const reply = await post(`${okta.issuer}/v1/token`, fields, authorization);
  const text = (name: string) => String(reply.body[name] ?? '');
  return {
    ...reply,
    access: text('access_token'),
    refresh: text('refresh_token'),
    id: text('id_token'),
  };
}

export function signIn(
  okta: EmbeddedOkta,
  fields: Readonly<Record<string, string>> = {},
  authorization: string | null = basic(okta.seeded.apiClient),
): Promise<TokenReply> {
  const { email, password } = okta.seeded.customer;
  const grant = { grant_type: 'password', username: email, password, scope: userScope };
  return token(okta, { ...grant, ...fields }, authorization);
}

export function refresh(
  okta: EmbeddedOkta,
  refreshToken: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<TokenReply> {
  return token(okta, { grant_type: 'refresh_token', refresh_token: refreshToken, ...fields });
}

export function introspect(okta: EmbeddedOkta, text: string): Promise<Reply> {
  const authorization = basic(okta.seeded.apiClient);
  return post(`${okta.issuer}/v1/introspect`, { token: text }, authorization);
}

export async function sessionToken(okta: EmbeddedOkta): Promise<string> {
  const { email, password } = okta.seeded.customer;
  const answer = await fetch(`${okta.url}/api/v1/authn`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: email, password }),
  });
  return String((await readReply(answer)).body['sessionToken']);
}

/** Parts of a JWT, without any check. */
export function decode(jwt: string): {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
} {
  const [header, claims] = jwt
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')));
  return { header, claims };
}

/** A client that differs from the API's own in the given members. */
export function clientLike(members: Partial<SeedClient> & { clientId: string }): SeedClient {
  return {
    label: 'Test app',
    secret: 'a-secret-of-a-test-app',
    authentication: 'client_secret_basic',
    jwks: null,
    grantTypes: ['password', 'authorization_code', 'refresh_token'],
    redirectUris: ['http://127.0.0.1/callback'],
    refreshToken: { rotation: 'ROTATE', leewaySeconds: 30 },
    assignedGroupIds: ['EVERYONE'],
    oktaScopes: [],
    ...members,
  };
}

export function basicOf(client: SeedClient): string {
  return basic({ clientId: client.clientId, clientSecret: client.secret ?? '' });
}
