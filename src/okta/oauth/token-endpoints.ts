import * as oauth from 'oauth4webapi';
import { areTooLong } from '../../identity/access-token.ts';
import { AccountError, LogInDenied } from '../../identity/errors.ts';
import type { CallContext, Credentials, Introspection, Tokens } from '../../identity/model.ts';
import type { IdentityProvider } from '../../identity/port.ts';
import { decodeOwner } from '../../tokens/token/unverified.ts';
import { DpopRefused } from '../errors/dpop-refused.ts';
import { parseAnswer, unexpectedAnswer } from '../wire/answer.ts';
import { activeToken } from '../wire/schemas.ts';
import type { OAuthClient, OAuthExchange } from './client.ts';

/** The OAuth part of the adapter: the endpoints of `{issuer}/v1` that issue, check and revoke tokens. */
export interface TokenEndpoints
  extends Pick<IdentityProvider, 'refresh' | 'revoke' | 'introspect'> {
  passwordGrant(credentials: Credentials, context: CallContext): Promise<Tokens>;
  /** A second factor in direct authentication, for the same scopes as the password grant. */
  mfaGrant(grant: MfaGrant, context: CallContext): Promise<Tokens>;
  codeGrant(grant: CodeGrant, context: CallContext): Promise<Tokens>;
  /** As `introspect`, with the priority of a log-out. */
  introspectAtLogOut: IdentityProvider['introspect'];
}

export interface MfaGrant {
  readonly endpoint: 'token/mfa-otp' | 'token/mfa-oob';
  readonly grantType: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface CodeGrant {
  /** As validated by oauth4webapi. */
  readonly parameters: URLSearchParams;
  readonly redirectUri: string;
  readonly codeVerifier: string;
  /** Null when no ID token was requested. */
  readonly nonce: string | null;
}

/** Called with tokens that Okta has just issued. It must not throw; its work is not awaited. */
export type OnTokens = (tokens: Tokens, by: 'LOG_IN' | 'REFRESH') => void;

interface Options {
  readonly oauthClient: OAuthClient;
  readonly scopes: readonly string[];
  readonly now: () => number;
  /** Default: not called. */
  readonly onTokens?: OnTokens | undefined;
  /** Called when Okta demands DPoP for the tokens of customers, which this API does not support. */
  readonly onDpopDemanded?: (() => void) | undefined;
}

export function createTokenEndpoints(options: Options): TokenEndpoints {
  const { oauthClient, scopes, now, onTokens, onDpopDemanded } = options;
  const { call } = oauthClient;
  const tokensBy = async (
    exchange: TokenExchange,
    context: CallContext,
    refreshToken: string | null = null,
  ) => {
    const asked = { scopes, refreshToken, askedAt: now() };
    const read = async (response: Response) => readTokens(await exchange.read(response), asked);
    const tokens = await call({ ...exchange, read }, context).catch((error: unknown) => {
      if (error instanceof DpopRefused) onDpopDemanded?.();
      throw error;
    });
    onTokens?.(tokens, refreshToken === null ? 'LOG_IN' : 'REFRESH');
    return tokens;
  };
  const revoke: TokenEndpoints['revoke'] = (token, kind, context) =>
    call(revokeExchange(oauthClient, token, kind), context);

  /**
   * For log-ins: tokens that are too long to be used are revoked and not returned.
   */
  const sessionBy = async (exchange: TokenExchange, context: CallContext) => {
    const tokens = await tokensBy(exchange, context);
    if (!areTooLong(tokens)) return tokens;
    const { accessToken, refreshToken } = tokens;
    const ending =
      refreshToken === null
        ? revoke(accessToken, 'access_token', context)
        : revoke(refreshToken, 'refresh_token', context);
    await ending.catch((error: unknown) => {
      if (!(error instanceof AccountError)) throw error;
    });
    throw new LogInDenied('TOKEN_TOO_LONG');
  };
  return {
    async passwordGrant({ email, password }, context) {
      const parameters = { username: email, password, scope: scopes.join(' ') };
      const grant = { endpoint: 'token/password', grantType: 'password', parameters } as const;
      return sessionBy(genericExchange(oauthClient, grant), context);
    },
    async mfaGrant(grant, context) {
      const parameters = { ...grant.parameters, scope: scopes.join(' ') };
      return sessionBy(genericExchange(oauthClient, { ...grant, parameters }), context);
    },
    codeGrant: (grant, context) => sessionBy(codeExchange(oauthClient, grant), context),
    // Without rotation the answer may have no refresh token; the old one stays valid.
    refresh: (refreshToken, context) =>
      tokensBy(refreshExchange(oauthClient, refreshToken), context, refreshToken),
    revoke,
    introspect: (token, context, onSend) =>
      call({ ...introspectExchange(oauthClient, token, 'introspect'), onSend }, context),
    introspectAtLogOut: (token, context) =>
      call(introspectExchange(oauthClient, token, 'introspect/log-out'), context),
  };
}

/** A sanity check. Okta's own limit for access tokens is a day. */
const maxLifeSeconds = 10 * 365 * 24 * 60 * 60;

type TokenExchange = OAuthExchange<oauth.TokenEndpointResponse>;

function genericExchange(
  { server, client }: OAuthClient,
  grant: Omit<MfaGrant, 'endpoint'> & Pick<TokenExchange, 'endpoint'>,
): TokenExchange {
  const { endpoint, grantType, parameters } = grant;
  return {
    endpoint,
    url: server.token_endpoint,
    request: (auth, options) =>
      oauth.genericTokenEndpointRequest(server, client(), auth, grantType, parameters, options),
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
    read: async (response) => {
      // The body has no meaning (RFC 7009 section 2.2). Okta's is empty; a page is from a proxy.
      if (/\bhtml\b/.test(response.headers.get('content-type') ?? ''))
        throw unexpectedAnswer('a page');
      return oauth.processRevocationResponse(response);
    },
  };
}

function introspectExchange(
  { server, client }: OAuthClient,
  token: string,
  endpoint: 'introspect' | 'introspect/log-out',
): OAuthExchange<Introspection> {
  const additionalParameters = { token_type_hint: 'access_token' };
  return {
    endpoint,
    url: server.introspection_endpoint,
    request: (auth, options) =>
      oauth.introspectionRequest(server, client(), auth, token, {
        ...options,
        additionalParameters,
      }),
    read: async (response) =>
      readIntrospection(await oauth.processIntrospectionResponse(server, client(), response)),
  };
}

function readTokens(
  answer: oauth.TokenEndpointResponse,
  asked: {
    readonly scopes: readonly string[];
    readonly refreshToken: string | null;
    readonly askedAt: number;
  },
): Tokens {
  const { token_type: type, expires_in: seconds = 0 } = answer;
  // Only bearer tokens can be used here.
  if (type !== 'bearer') throw unexpectedAnswer('tokens of a type other than Bearer');
  if (!(seconds > 0 && seconds <= maxLifeSeconds)) {
    throw unexpectedAnswer('tokens without an expires_in that could be true');
  }
  return {
    accessToken: answer.access_token,
    // Never later than `exp`: Okta counts whole seconds from a time after the request.
    expiresAt: new Date((Math.floor(asked.askedAt / 1000) + seconds) * 1000),
    refreshToken: answer.refresh_token ?? asked.refreshToken,
    idToken: answer.id_token ?? null,
    // RFC 6749 section 5.1: absent if identical to the requested scopes.
    scopes: answer.scope?.split(' ') ?? asked.scopes,
    owner: decodeOwner(answer.access_token),
  };
}

function readIntrospection(answer: oauth.IntrospectionResponse): Introspection {
  // Okta reports an ID token as active, without a client_id. It is no access token.
  if (!answer.active || answer.client_id === undefined) return { active: false };
  const token = parseAnswer(answer, activeToken);
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
