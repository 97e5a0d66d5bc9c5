import { andThen, orElse, type PromiseOrValue } from '../../async/maybe-promise.ts';
import { callerOfToken, splitAuthorization } from '../../callers/identify-caller.ts';
import { callFor } from '../../callers/incoming-request.ts';
import type { Authentication } from '../../callers/verify-unauthenticated.ts';
import { accountRefusal } from '../../identity/account-status.ts';
import { AccountError } from '../../identity/errors.ts';
import type { CallContext, User } from '../../identity/model.ts';
import type { Profiles } from '../../profiles/model.ts';
import type { ActiveToken } from '../../tokens/token/model.ts';
import { type HttpResponse, jsonResponse, methodNotAllowed } from '../http/http-error.ts';
import type { RequestContext, Route } from '../http/request-context.ts';
import { refuseBearer, unavailable } from './bearer-refusal.ts';

export type UserInfoOptions = Authentication & { readonly profiles: Profiles };

/**
 * UserInfo (OpenID Connect Core section 5.3) from the profile cache, for software without GraphQL. The
 * token is checked as for `me`. Its scopes say which claims are in the answer.
 */
export function createUserInfoRoute(options: UserInfoOptions): Route {
  return (context) => {
    const { method } = context.request;
    if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') {
      throw methodNotAllowed('GET, HEAD, POST');
    }
    return orElse(
      () => answer(context, options),
      (error) => {
        if (error instanceof AccountError) return unavailable(context.record, error);
        throw error;
      },
    );
  };
}

function answer(context: RequestContext, options: UserInfoOptions): PromiseOrValue<HttpResponse> {
  const { authorization, record } = context;
  const { scheme, credentials } = splitAuthorization(authorization);
  if (scheme !== 'bearer' || credentials === '') {
    record.noteCaller({ kind: 'anonymous' });
    return refuseBearer(record, { status: 401, error: null });
  }
  const call = callFor(context, null);
  return andThen(callerOfToken(credentials, options, call), async (caller) => {
    record.noteCaller(caller);
    if (caller.kind !== 'customer') {
      const reason = caller.kind === 'rejected' && caller.reason ? { reason: caller.reason } : null;
      return refuseBearer(record, { status: 401, error: 'invalid_token', ...reason });
    }
    const { token } = caller;
    if (!token.scopes.includes('openid')) {
      return refuseBearer(record, { status: 403, error: 'insufficient_scope', scopes: ['openid'] });
    }
    const user = await ownerOf(token, options.profiles, call);
    const reason = accountRefusal(user);
    if (user === null || reason !== null) {
      const refused = { status: 401, error: 'invalid_token' } as const;
      return refuseBearer(record, { ...refused, reason: reason ?? 'ACCOUNT_NOT_FOUND' });
    }
    record.outcomes = ['ACTIVE'];
    return jsonResponse(200, claimsOf(user, token.scopes));
  });
}

async function ownerOf(
  { userId }: ActiveToken,
  profiles: Profiles,
  call: CallContext,
): Promise<User | null> {
  if (userId === null) return null;
  const cached = profiles.findSync(userId);
  if (cached !== undefined) return cached;
  const found = (await profiles.find([userId], call)).get(userId) ?? null;
  if (found instanceof Error) throw found;
  return found;
}

/** Section 5.4. `sub` is the user id, as in Okta's ID tokens; what the account lacks is left out. */
function claimsOf(user: User, scopes: readonly string[]): Readonly<Record<string, unknown>> {
  return {
    sub: user.id,
    ...(scopes.includes('profile') && profileClaims(user)),
    ...(scopes.includes('email') && { email: user.email }),
    ...(scopes.includes('phone') && { phone_number: user.mobilePhone ?? undefined }),
  };
}

function profileClaims(user: User): Readonly<Record<string, unknown>> {
  const { firstName, lastName, displayName, locale, updatedAt } = user;
  const fullName = [firstName, lastName].filter((part) => part !== null).join(' ');
  return {
    name: (displayName ?? fullName) || undefined,
    given_name: firstName ?? undefined,
    family_name: lastName ?? undefined,
    preferred_username: user.login,
    locale: locale ?? undefined,
    updated_at: updatedAt === null ? undefined : Math.floor(updatedAt.getTime() / 1000),
  };
}
