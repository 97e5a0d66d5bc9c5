import { logByUser } from '../events/account-events.ts';
import { activeFactors, amrOf, requiresEnrolment, requiresFactor } from '../factors/policy.ts';
import { MfaRequiredError, OAuthError } from '../http/responses.ts';
import { personOf } from '../org.ts';
import { isAssigned } from '../settings/apps.ts';
import { isEnabled } from '../settings/features.ts';
import { demandOfApp, demandOfOrg } from '../settings/sign-on.ts';
import type { UserEntity } from '../store/entities.ts';
import type { FactorEntity, MfaTokenEntity } from '../store/factor-entities.ts';
import { newToken } from '../store/ids.ts';
import { issueFirstTokens } from './issue.ts';
import { evaluatePolicy } from './policy.ts';
import { type GrantRequest, notAssigned, required, type TokenAnswer } from './request.ts';
import { splitScope } from './scopes.ts';

/** Okta has taken these names over from the first server that had such grants. */
export const mfaOtp = 'http://auth0.com/oauth/grant-type/mfa-otp';
export const mfaOob = 'http://auth0.com/oauth/grant-type/mfa-oob';
export const mfaGrants: readonly string[] = [mfaOtp, mfaOob];

const mfaTokenLifetimeMs = 5 * 60_000;
const mfaTokenLength = 20;

/**
 * Returns for users who need only the password.
 * @throws MfaRequiredError, or OAuthError if this client or this user cannot continue that way
 */
export function requirePasswordToBeEnough(
  { org, server, client }: GrantRequest,
  user: UserEntity,
  scopes: readonly string[],
): void {
  const { resources } = org.store;
  // A Classic org has no policies of apps.
  const isClassic = org.engine === 'classic';
  const person = personOf(org, user);
  const demand = isClassic ? 'PASSWORD_ONLY' : demandOfApp(resources, client, person);
  const isDenied = demand === 'DENIED' || demandOfOrg(resources, person) === 'DENIED';
  if (isDenied) throw deniedByPolicy();
  const hasFactor = activeFactors(org, user).length > 0;
  if (demand === 'TWO_FACTORS' && !hasFactor) throw deniedByPolicy();
  if (requiresEnrolment(org, user)) throw notSatisfied();
  if (demand === 'PASSWORD_ONLY' && !requiresFactor(org, user)) return;
  const mayGoOn =
    isEnabled(resources, 'directAuth') &&
    mfaGrants.some((type) => client.grantTypes.includes(type));
  if (demand === 'TWO_FACTORS' && !mayGoOn) throw notSatisfied();
  if (isClassic || !mayGoOn) {
    const text = 'Resource owner password credentials cannot be used with MFA enabled.';
    throw new OAuthError(400, 'invalid_grant', text);
  }
  const entity: MfaTokenEntity = {
    token: newToken(mfaTokenLength),
    userId: user.id,
    clientId: client.clientId,
    serverId: server.id,
    scopes: [...scopes],
    oob: null,
    expiresAt: org.now() + mfaTokenLifetimeMs,
  };
  org.store.mfaTokens.set(entity.token, entity);
  throw new MfaRequiredError(entity.token);
}

function notSatisfied(): OAuthError {
  return denied(
    "User couldn't be signed-in through direct authentication because authentication policy wasn't satisfied.",
  );
}

function deniedByPolicy(): OAuthError {
  const text = 'Resource owner password credentials authentication denied by sign on policy.';
  return new OAuthError(400, 'invalid_grant', text);
}

/** A sign-in that needs its second factor. */
export interface PendingMfa {
  readonly mfa: MfaTokenEntity;
  readonly user: UserEntity;
  /** The active ones. */
  readonly factors: readonly FactorEntity[];
}

/**
 * @throws OAuthError for a token that has expired, or is of another client or authorization server
 */
export function findMfaToken({
  org,
  server,
  client,
  form,
}: Pick<GrantRequest, 'org' | 'server' | 'client' | 'form'>): PendingMfa {
  const mfa = org.store.mfaTokens.get(required(form, 'mfa_token'));
  const user = org.store.users.get(mfa?.userId ?? '');
  if (mfa === undefined || mfa.expiresAt <= org.now() || user?.status !== 'ACTIVE') {
    throw expired('mfa_token');
  }
  if (mfa.clientId !== client.clientId) {
    throw new OAuthError(401, 'invalid_client', "The 'mfa_token' was issued to another client.");
  }
  if (mfa.serverId !== server.id) {
    const text = "The 'mfa_token' was issued by another authorization server.";
    throw new OAuthError(400, 'invalid_request', text);
  }
  return { mfa, user, factors: activeFactors(org, user) };
}

/** @throws OAuthError invalid_scope where the request asks for others than the password's did */
export function checkSameScopes({ form }: GrantRequest, { mfa }: PendingMfa): void {
  const scopes = splitScope(form.get('scope'));
  const same =
    scopes.length === mfa.scopes.length && scopes.every((scope) => mfa.scopes.includes(scope));
  if (scopes.length === 0 || same) return;
  const text = 'The scopes must be those of the request that the mfa_token was issued for.';
  throw new OAuthError(400, 'invalid_scope', text);
}

/** Uses the token, once its factor is verified. */
export async function completeMfa(
  request: GrantRequest,
  { mfa, user }: PendingMfa,
  { factor, grantType }: { readonly factor: FactorEntity; readonly grantType: string },
): Promise<TokenAnswer> {
  const { org, server, client } = request;
  org.store.mfaTokens.delete(mfa.token);
  logByUser(org, 'user.authentication.auth_via_mfa', user, { debugData: { factor: factor.type } });
  if (!isAssigned(org.store, user, client)) throw notAssigned();
  const { scopes } = mfa;
  const lifetimes = evaluatePolicy(server, client, { grantType, scopes, user });
  return issueFirstTokens(request, {
    userId: user.id,
    grantType,
    scopes,
    lifetimes,
    authTime: org.now(),
    amr: ['pwd', amrOf[factor.type], 'mfa'],
    nonce: null,
  });
}

/** 403: a new one is needed. */
export function expired(name: 'mfa_token' | 'oob_code'): OAuthError {
  return denied(`'${name}' has expired. Use a new '${name}' and try again.`);
}

export function wrongOtp(): OAuthError {
  const text =
    "The 'otp' provided is either empty or incorrect. Use the correct OTP and try again.";
  return new OAuthError(400, 'invalid_grant', text);
}

export function noSuchAuthenticator(): OAuthError {
  return denied(
    'The required authenticator cannot be used. Check if it is required by policy and the user is enrolled in the authenticator and try again.',
  );
}

function denied(description: string): OAuthError {
  return new OAuthError(403, 'access_denied', description);
}
