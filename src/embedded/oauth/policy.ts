import { OAuthError } from '../http/responses.ts';
import { isInOne } from '../settings/groups.ts';
import type { UserEntity } from '../store/entities.ts';
import type { AccessRuleEntity, ClientEntity } from '../store/oauth-settings.ts';
import type { AuthorizationServer } from './request.ts';
import { standardScopes } from './scopes.ts';

/** Milliseconds. */
export interface Lifetimes {
  readonly accessToken: number;
  /** Of the whole chain; null for unlimited. */
  readonly refreshToken: number | null;
  readonly refreshTokenIdle: number;
}

const minute = 60_000;
const day = 24 * 60 * minute;

/** The org server has no policies and fixed lifetimes. */
const orgLifetimes: Lifetimes = {
  accessToken: 60 * minute,
  refreshToken: 90 * day,
  refreshTokenIdle: 7 * day,
};

/** The request that an access policy decides on. */
interface TokenRequest {
  readonly grantType: string;
  readonly scopes: readonly string[];
  /** Null if the user is not known yet, and for client credentials. */
  readonly user: UserEntity | null;
}

/**
 * The access policies' decision, by the policies of the client in their order. A rule that lacks a
 * scope is skipped if a later one has all of them.
 * @throws OAuthError access_denied, 401 where no rule matches and 400 where the rule denies scopes
 */
export function evaluatePolicy(
  server: AuthorizationServer,
  client: ClientEntity,
  request: TokenRequest,
): Lifetimes {
  if (server.settings === null) return orgLifetimes;
  const rules = server.settings.policies
    .filter(({ clientIds }) =>
      [client.clientId, 'ALL_CLIENTS'].some((id) => clientIds.includes(id)),
    )
    .flatMap((policy) => policy.rules)
    .filter((rule) => isFor(rule, request));
  const [first] = rules;
  if (first === undefined) {
    throw new OAuthError(
      401,
      'access_denied',
      'Policy evaluation failed for this request, please check the policy configurations.',
    );
  }
  const rule = rules.find((one) => deniedBy(one, request.scopes).length === 0) ?? first;
  checkScopes(rule, request.scopes);
  return {
    accessToken: rule.accessTokenLifetimeMinutes * minute,
    refreshToken:
      rule.refreshTokenLifetimeMinutes === 0 ? null : rule.refreshTokenLifetimeMinutes * minute,
    refreshTokenIdle: rule.refreshTokenWindowMinutes * minute,
  };
}

function isFor(rule: AccessRuleEntity, { grantType, user }: TokenRequest): boolean {
  if (!rule.grantTypes.includes(grantType)) return false;
  if (user === null) return true;
  if (rule.users.exclude.includes(user.id)) return false;
  return isInOne(user, rule.groupIds) || rule.users.include?.includes(user.id) === true;
}

function deniedBy(rule: AccessRuleEntity, scopes: readonly string[]): string[] {
  if (rule.scopes.includes('*')) return [];
  return scopes.filter((scope) => !standardScopes.includes(scope) && !rule.scopes.includes(scope));
}

function checkScopes(rule: AccessRuleEntity, scopes: readonly string[]): void {
  const denied = deniedBy(rule, scopes);
  if (denied.length === 0) return;
  throw new OAuthError(
    400,
    'access_denied',
    denied.length === scopes.length
      ? 'Policy evaluation succeeded, but all the requested scopes were rejected.'
      : `Some of the requested scopes were denied by the policy. Denied scopes: [${denied.join(', ')}].`,
  );
}
