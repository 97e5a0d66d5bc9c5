import { createHash } from 'node:crypto';
import { type JWTPayload, SignJWT } from 'jose';
import { logGranted } from '../events/token-events.ts';
import type { Org } from '../org.ts';
import type {
  AccessTokenEntity,
  GrantEntity,
  RefreshTokenEntity,
  UserEntity,
} from '../store/entities.ts';
import { newId, newToken } from '../store/ids.ts';
import type { SigningKey } from '../store/keys.ts';
import type { ClientEntity } from '../store/oauth-settings.ts';
import { customClaims } from './custom-claims.ts';
import type { Lifetimes } from './policy.ts';
import { firstRefreshToken } from './refresh-tokens.ts';
import type { AuthorizationServer, GrantRequest, TokenAnswer } from './request.ts';
import { userClaims } from './user-claims.ts';

/** How a user has signed in, and for what. */
interface SignIn extends Pick<GrantEntity, 'userId' | 'grantType' | 'scopes' | 'authTime' | 'amr'> {
  readonly lifetimes: Lifetimes;
  /** Of the authorization request. */
  readonly nonce: string | null;
}

/** Records the sign-in and issues its first tokens. */
export function issueFirstTokens(
  request: GrantRequest,
  { lifetimes, nonce, ...signIn }: SignIn,
): Promise<TokenAnswer> {
  const { org, client } = request;
  const grant = openGrant(request, signIn);
  const refreshToken = firstRefreshToken(org, grant, { client, lifetimes });
  const { scopes } = signIn;
  return issueTokens({ ...request, grant, scopes, lifetimes, nonce, refreshToken });
}

const idTokenSeconds = 3600;
/** `idp` of users who sign in with a password: the org itself. */
const orgIdentityProvider = '00o1embeddedOrg00000';

export interface Issue {
  readonly org: Org;
  readonly server: AuthorizationServer;
  readonly client: ClientEntity;
  readonly form: URLSearchParams;
  readonly grant: GrantEntity;
  readonly scopes: readonly string[];
  readonly lifetimes: Lifetimes;
  /** Of the authorization request. */
  readonly nonce: string | null;
  /** Issued with the access token; null for none. */
  readonly refreshToken: RefreshTokenEntity | null;
}

/** Records a sign-in, to which all its tokens belong. */
export function openGrant(
  { org, server, client, jkt }: GrantRequest,
  grant: Omit<GrantEntity, 'id' | 'clientId' | 'serverId' | 'jkt' | 'revoked'>,
): GrantEntity {
  const entity = {
    ...grant,
    id: newId('grant'),
    clientId: client.clientId,
    serverId: server.id,
    ...(jkt !== null && { jkt }),
    revoked: false,
  };
  org.store.grants.set(entity.id, entity);
  return entity;
}

/** The token answer, with an ID token where `openid` is granted to a user. */
export async function issueTokens(issue: Issue): Promise<TokenAnswer> {
  const { org, form, grant, scopes, lifetimes, refreshToken } = issue;
  const user = grant.userId === null ? undefined : org.store.users.get(grant.userId);
  const entity = newAccessToken(issue);
  const accessToken = await signAccessToken(issue, entity, user);
  const answer: TokenAnswer = {
    token_type: grant.jkt === undefined ? 'Bearer' : 'DPoP',
    expires_in: lifetimes.accessToken / 1000,
    access_token: accessToken,
    scope: scopes.join(' '),
  };
  if (refreshToken !== null) answer.refresh_token = refreshToken.token;
  if (user !== undefined && scopes.includes('openid')) {
    answer.id_token = await signIdToken(issue, user, accessToken);
  }
  const idToken = answer.id_token ?? null;
  const grantType = form.get('grant_type') ?? grant.grantType;
  logGranted(org, { ...issue, grantType, user, accessToken: entity, idToken });
  return answer;
}

function newAccessToken({ org, grant, scopes, lifetimes, refreshToken }: Issue): AccessTokenEntity {
  const issuedAt = Math.floor(org.now() / 1000) * 1000;
  // Okta names the refresh token that came with an access token: the session it is of.
  const jti = ['AT', newToken(43), ...(refreshToken === null ? [] : [refreshToken.id])].join('.');
  const entity = {
    jti,
    grantId: grant.id,
    scopes: [...scopes],
    issuedAt,
    expiresAt: issuedAt + lifetimes.accessToken,
    revoked: false,
  };
  org.store.accessTokens.set(jti, entity);
  return entity;
}

async function signAccessToken(
  issue: Issue,
  { jti, issuedAt, expiresAt }: AccessTokenEntity,
  user: UserEntity | undefined,
): Promise<string> {
  const { org, server, client, grant, scopes } = issue;
  const claims = {
    ver: 1,
    jti,
    iss: server.issuer,
    aud: server.settings?.audience ?? server.issuer,
    iat: issuedAt / 1000,
    exp: expiresAt / 1000,
    cid: client.clientId,
    ...(user && { uid: user.id }),
    scp: [...scopes],
    ...(user && { auth_time: Math.floor(grant.authTime / 1000) }),
    sub: user?.profile.login ?? client.clientId,
    ...addedClaims(issue, 'RESOURCE', user),
    ...(grant.jkt !== undefined && { cnf: { jkt: grant.jkt } }),
  };
  const key = await (server.settings === null
    ? org.keys.orgAccessTokens()
    : org.keys.signing(server.id));
  return sign(claims, key);
}

async function signIdToken(issue: Issue, user: UserEntity, accessToken: string): Promise<string> {
  const { org, server, client, grant, nonce } = issue;
  const issuedAt = Math.floor(org.now() / 1000);
  const { name, email, preferred_username } = userClaims(user, issue.scopes);
  const claims = {
    sub: user.id,
    name,
    email,
    ver: 1,
    iss: server.issuer,
    aud: client.clientId,
    iat: issuedAt,
    exp: issuedAt + idTokenSeconds,
    jti: `ID.${newToken(43)}`,
    amr: grant.amr,
    idp: orgIdentityProvider,
    ...(nonce !== null && { nonce }),
    preferred_username,
    auth_time: Math.floor(grant.authTime / 1000),
    at_hash: halfHash(accessToken),
    ...addedClaims(issue, 'IDENTITY', user),
  };
  return sign(claims, await org.keys.signing(server.id));
}

function addedClaims(
  { org, server, scopes }: Issue,
  type: 'RESOURCE' | 'IDENTITY',
  user: UserEntity | undefined,
): Record<string, unknown> {
  // Others are for /userinfo: an ID token comes with an access token here.
  const claims = (server.settings?.claims ?? []).filter((one) => one.alwaysIncludeInToken);
  return customClaims(org.store.resources, claims, { type, scopes, user: user ?? null });
}

/** OpenID Connect Core section 3.1.3.6. */
function halfHash(text: string): string {
  return createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');
}

function sign(claims: JWTPayload, key: SigningKey): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ kid: key.kid, alg: 'RS256' })
    .sign(key.privateKey);
}
