import { OAuthError } from '../http/responses.ts';
import type { AuthorizationServerEntity, ClientEntity } from '../store/entities.ts';
import type { AuthorizationServer } from './request.ts';
import { standardScopes } from './scopes.ts';

/** Milliseconds. */
export interface Lifetimes {
  readonly accessToken: number;
  /** Of the whole chain; null: no end. */
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

type Rule = AuthorizationServerEntity['policies'][number]['rules'][number];

/**
 * The access policies' decision: the first policy of the client with a rule for the grant type.
 * @throws OAuthError access_denied, 401 where no rule matches and 400 where the rule denies scopes
 */
export function evaluatePolicy(
  server: AuthorizationServer,
  client: ClientEntity,
  request: { readonly grantType: string; readonly scopes: readonly string[] },
): Lifetimes {
  if (server.settings === null) return orgLifetimes;
  const rule = server.settings.policies
    .filter(({ clientIds }) => clientIds === 'ALL_CLIENTS' || clientIds.includes(client.clientId))
    .flatMap((policy) => policy.rules)
    .find((candidate) => candidate.grantTypes.includes(request.grantType));
  if (rule === undefined) {
    throw new OAuthError(
      401,
      'access_denied',
      'Policy evaluation failed for this request, please check the policy configurations.',
    );
  }
  checkScopes(rule, request.scopes);
  return {
    accessToken: rule.accessTokenLifetimeMinutes * minute,
    refreshToken:
      rule.refreshTokenLifetimeMinutes === 0 ? null : rule.refreshTokenLifetimeMinutes * minute,
    refreshTokenIdle: rule.refreshTokenWindowMinutes * minute,
  };
}

function checkScopes(rule: Rule, scopes: readonly string[]): void {
  const allowed = rule.scopes === '*' ? scopes : [...standardScopes, ...rule.scopes];
  const denied = scopes.filter((scope) => !allowed.includes(scope));
  if (denied.length === 0) return;
  throw new OAuthError(
    400,
    'access_denied',
    denied.length === scopes.length
      ? 'Policy evaluation succeeded, but all the requested scopes were rejected.'
      : `Some of the requested scopes were denied by the policy. Denied scopes: [${denied.join(', ')}].`,
  );
}
