import * as oauth from 'oauth4webapi';
import { UpstreamUnavailable } from '../identity/errors.ts';
import type { CallContext, Credentials, Introspection, Tokens } from '../identity/model.ts';
import { matched } from './failure.ts';
import type { OAuthClient, OAuthExchange } from './oauth-client.ts';
import { activeToken } from './wire-types.ts';

/** The OAuth half of the adapter: what `{issuer}/v1` does once a customer is known. */
export interface TokenEndpoints {
  passwordGrant(credentials: Credentials, context: CallContext): Promise<Tokens>;
  codeGrant(grant: CodeGrant, context: CallContext): Promise<Tokens>;
  refresh(refreshToken: string, context: CallContext): Promise<Tokens>;
  revoke(
    token: string,
    kind: 'access_token' | 'refresh_token',
    context: CallContext,
  ): Promise<void>;
  introspect(token: string, context: CallContext): Promise<Introspection>;
}

export interface CodeGrant {
  /** As validated by oauth4webapi. */
  readonly parameters: URLSearchParams;
  readonly redirectUri: string;
  readonly codeVerifier: string;
  /** Null: no ID token was asked for. */
  readonly nonce: string | null;
}

interface Options {
  readonly oauthClient: OAuthClient;
  readonly scopes: readonly string[];
  readonly now: () => number;
}

export function createTokenEndpoints({ oauthClient, scopes, now }: Options): TokenEndpoints {
  const { call } = oauthClient;
  const tokensOf = (answer: oauth.TokenEndpointResponse, refreshToken: string | null) =>
    readTokens(answer, { scopes, refreshToken, now: now() });
  return {
    async passwordGrant({ email, password }, context) {
      const parameters = { username: email, password, scope: scopes.join(' ') };
      return tokensOf(await call(passwordExchange(oauthClient, parameters), context), null);
    },
    async codeGrant(grant, context) {
      return tokensOf(await call(codeExchange(oauthClient, grant), context), null);
    },
    async refresh(refreshToken, context) {
      const answer = await call(refreshExchange(oauthClient, refreshToken), context);
      // A client without rotation may get no refresh token back: its own goes on.
      return tokensOf(answer, refreshToken);
    },
    revoke: (token, kind, context) => call(revokeExchange(oauthClient, token, kind), context),
    async introspect(token, context) {
      return readIntrospection(await call(introspectExchange(oauthClient, token), context));
    },
  };
}

type TokenExchange = OAuthExchange<oauth.TokenEndpointResponse>;

function passwordExchange(
  { server, client }: OAuthClient,
  parameters: Readonly<Record<string, string>>,
): TokenExchange {
  return {
    endpoint: 'token/password',
    url: server.token_endpoint,
    request: (auth, options) =>
      oauth.genericTokenEndpointRequest(server, client(), auth, 'password', parameters, options),
    read: (response) => oauth.processGenericTokenEndpointResponse(server, client(), response),
  };
}

function codeExchange({ server, client }: OAuthClient, grant: CodeGrant): TokenExchange {
  const { parameters, redirectUri, codeVerifier, nonce } = grant;
  const expected = nonce === null ? {} : { expectedNonce: nonce };
  return {
    endpoint: 'token/authorization_code',
    url: server.token_endpoint,
    request: (auth, options) =>
      oauth.authorizationCodeGrantRequest(
        server,
        client(),
        auth,
        parameters,
        redirectUri,
        codeVerifier,
        options,
      ),
    read: (response) =>
      oauth.processAuthorizationCodeResponse(server, client(), response, expected),
  };
}

function refreshExchange({ server, client }: OAuthClient, refreshToken: string): TokenExchange {
  return {
    endpoint: 'token/refresh_token',
    url: server.token_endpoint,
    request: (auth, options) =>
      oauth.refreshTokenGrantRequest(server, client(), auth, refreshToken, options),
    read: (response) => oauth.processRefreshTokenResponse(server, client(), response),
  };
}

function revokeExchange(
  { server, client }: OAuthClient,
  token: string,
  kind: 'access_token' | 'refresh_token',
): OAuthExchange<undefined> {
  const additionalParameters = { token_type_hint: kind };
  return {
    endpoint: 'revoke',
    url: server.revocation_endpoint,
    request: (auth, options) =>
      oauth.revocationRequest(server, client(), auth, token, { ...options, additionalParameters }),
    read: oauth.processRevocationResponse,
  };
}

function introspectExchange(
  { server, client }: OAuthClient,
  token: string,
): OAuthExchange<oauth.IntrospectionResponse> {
  const additionalParameters = { token_type_hint: 'access_token' };
  return {
    endpoint: 'introspect',
    url: server.introspection_endpoint,
    request: (auth, options) =>
      oauth.introspectionRequest(server, client(), auth, token, {
        ...options,
        additionalParameters,
      }),
    read: (response) => oauth.processIntrospectionResponse(server, client(), response),
  };
}

function readTokens(
  answer: oauth.TokenEndpointResponse,
  asked: {
    readonly scopes: readonly string[];
    readonly refreshToken: string | null;
    readonly now: number;
  },
): Tokens {
  if (answer.expires_in === undefined) {
    throw new UpstreamUnavailable({ cause: new Error('tokens without expires_in') });
  }
  return {
    accessToken: answer.access_token,
    expiresAt: new Date(asked.now + answer.expires_in * 1000),
    refreshToken: answer.refresh_token ?? asked.refreshToken,
    idToken: answer.id_token ?? null,
    // RFC 6749 section 5.1: left out where it is what was asked for.
    scopes: answer.scope?.split(' ') ?? asked.scopes,
  };
}

function readIntrospection(answer: oauth.IntrospectionResponse): Introspection {
  // An ID token has no client_id: it is active, and yet no token to call an API with.
  if (!answer.active || answer.client_id === undefined) return { active: false };
  const token = matched(answer, activeToken);
  return {
    active: true,
    subject: token.sub,
    userId: token.uid ?? null,
    clientId: token.client_id,
    scopes: token.scope?.split(' ') ?? [],
    issuer: token.iss ?? null,
    audience: [token.aud ?? []].flat(),
    expiresAt: new Date(token.exp * 1000),
    claims: token,
  };
}
