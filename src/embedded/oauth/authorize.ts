import { ApiError, OAuthError } from '../http/responses.ts';
import type { Org } from '../org.ts';
import { findClient, isAssigned, mayRedirectTo } from '../settings/apps.ts';
import { perClientLimits, single } from '../settings/singles.ts';
import type { SessionTokenEntity, UserEntity } from '../store/entities.ts';
import { newToken } from '../store/ids.ts';
import type { ClientEntity } from '../store/oauth-settings.ts';
import { takeOnce } from '../store/store.ts';
import { openSession } from '../users/sessions.ts';
import { errorPage, type ReturnPath, responseModes, sendBack } from './authorize-answer.ts';
import { evaluatePolicy } from './policy.ts';
import { type EndpointRequest, notAssigned, readForm } from './request.ts';
import { checkConsent, requestedUserScopes } from './scopes.ts';

const codeLifeMs = 300_000;

/** `GET` or `POST {base}/authorize`, for the code flow of a user who has a session token. */
export async function authorize(request: EndpointRequest): Promise<Response> {
  const { org, c } = request;
  const query = c.req.method === 'POST' ? await readForm(c) : new URL(c.req.url).searchParams;
  const client = findClient(org.store.resources, query.get('client_id') ?? '');
  if (client === null) return badRequest("Invalid value for 'client_id' parameter.");
  limitClient(org, client);
  const redirectUri = query.get('redirect_uri') ?? '';
  if (!mayRedirectTo(client, redirectUri)) {
    return badRequest(
      "The 'redirect_uri' parameter must be a Login redirect URI in the client app settings.",
    );
  }
  const to: ReturnPath = {
    redirectUri,
    mode: responseModes.find((mode) => mode === query.get('response_mode')) ?? 'query',
    state: query.get('state'),
  };
  try {
    return answer(request, { query, client, to });
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    return sendBack(to, { error: error.error, error_description: error.description });
  }
}

/** @throws ApiError E0000047 where the org enforces its limit per client and address */
function limitClient(org: Org, { clientId }: ClientEntity): void {
  const { defaultMode, useCaseModeOverrides } = single(org.store.resources, perClientLimits).body;
  const mode = useCaseModeOverrides?.OAUTH2_AUTHORIZE ?? defaultMode;
  const ip = org.origins.current()?.ip ?? '';
  if (mode === 'ENFORCE' && !org.limits.allowClient(clientId, ip)) throw new ApiError('E0000047');
}

function badRequest(text: string): Response {
  return errorPage(400, '400 Bad Request', text);
}

interface Authorization {
  readonly query: URLSearchParams;
  readonly client: ClientEntity;
  readonly to: ReturnPath;
}

function answer(request: EndpointRequest, authorization: Authorization): Response {
  const { org, server } = request;
  const { query, client, to } = authorization;
  checkForm(query, client);
  const scopes = requestedUserScopes(server, query.get('scope'));
  const codeChallenge = challengeOf(query, client);
  const signedIn = takeSignIn(org, query.get('sessionToken'));
  if (signedIn === null) return notSignedIn(query.get('prompt'));
  const { user, amr } = signedIn;
  if (!isAssigned(org.store, user, client)) throw notAssigned();
  evaluatePolicy(server, client, { grantType: 'authorization_code', scopes, user });
  checkConsent(server, client, scopes);
  const { id: sessionId } = openSession(org, user.id);
  const code = newToken(43);
  org.store.codes.set(code, {
    code,
    clientId: client.clientId,
    serverId: server.id,
    redirectUri: to.redirectUri,
    userId: user.id,
    sessionId,
    scopes,
    nonce: query.get('nonce'),
    codeChallenge,
    authTime: org.now(),
    amr,
    expiresAt: org.now() + codeLifeMs,
  });
  const response = sendBack(to, { code });
  response.headers.append('set-cookie', `sid=${sessionId}; Path=/; HttpOnly; SameSite=Lax`);
  return response;
}

/** The parts of the request that need no user. */
function checkForm(query: URLSearchParams, client: ClientEntity): void {
  if (!/^[\w,.-]+$/.test(query.get('state') ?? '')) {
    throw invalidRequest("The authentication request has an invalid 'state' parameter.");
  }
  const responseType = query.get('response_type') ?? '';
  if (responseType === '') {
    throw invalidRequest("The required parameter 'response_type' is missing.");
  }
  if (responseType !== 'code') {
    const text =
      'The response type is not supported by the authorization server. Configured response types: [code].';
    throw new OAuthError(400, 'unsupported_response_type', text);
  }
  const mode = query.get('response_mode');
  if (mode !== null && !responseModes.some((known) => known === mode)) {
    const text = `The response mode is not supported by the authorization server. Valid response modes: [${responseModes.join(', ')}].`;
    throw new OAuthError(400, 'unsupported_response_mode', text);
  }
  if (!client.grantTypes.includes('authorization_code')) {
    const text = `The client is not authorized to use the provided grant type. Configured grant types: [${client.grantTypes.join(', ')}].`;
    throw new OAuthError(400, 'unauthorized_client', text);
  }
}

/** Null for a confidential client without PKCE. */
function challengeOf(query: URLSearchParams, client: ClientEntity): string | null {
  const challenge = query.get('code_challenge');
  if (challenge === null) {
    if (client.authentication !== 'none' && !client.requiresPkce) return null;
    throw invalidRequest('PKCE code challenge is required by the application.');
  }
  if (query.get('code_challenge_method') !== 'S256') {
    throw invalidRequest("The 'code_challenge_method' must be S256.");
  }
  if (!/^[\w-]{43}$/.test(challenge)) {
    throw invalidRequest("The 'code_challenge' is not a SHA-256 hash.");
  }
  return challenge;
}

/** Uses the session token; null if it is unknown, used or expired. */
function takeSignIn(
  org: Org,
  sessionToken: string | null,
): { readonly user: UserEntity; readonly amr: SessionTokenEntity['amr'] } | null {
  if (sessionToken === null) return null;
  const proof = takeOnce(org.store.sessionTokens, sessionToken, org.now());
  const user = org.store.users.get(proof?.userId ?? '');
  return proof !== null && user?.status === 'ACTIVE' ? { user, amr: proof.amr } : null;
}

function notSignedIn(prompt: string | null): Response {
  if (prompt === 'none') {
    throw new OAuthError(
      400,
      'login_required',
      'The client specified not to prompt, but the user is not logged in.',
    );
  }
  return errorPage(
    200,
    'Sign In',
    'Okta would show its sign-in page here. The embedded org has none: send a sessionToken and prompt=none.',
  );
}

function invalidRequest(description: string): OAuthError {
  return new OAuthError(400, 'invalid_request', description);
}
