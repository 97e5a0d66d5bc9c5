import { groupNamesOf } from '../settings/groups.ts';
import type { UserEntity } from '../store/entities.ts';
import type { ClaimEntity } from '../store/oauth-settings.ts';
import type { Resources } from '../store/resources.ts';

/** A token that claims are wanted for. */
interface Token {
  readonly type: ClaimEntity['claimType'];
  readonly scopes: readonly string[];
  /** Null: of a service. */
  readonly user: UserEntity | null;
}

/**
 * The claims that an authorization server adds
 * (https://developer.okta.com/docs/guides/customize-tokens-returned-from-okta/main/). Of Okta's
 * expressions this org knows attributes of the user and texts in quotes; another one gives no claim.
 */
export function customClaims(
  resources: Resources,
  claims: readonly ClaimEntity[],
  token: Token,
): Record<string, unknown> {
  const wanted = claims.filter(
    ({ claimType, conditions: { scopes } }) =>
      claimType === token.type &&
      (scopes.length === 0 || scopes.some((scope) => token.scopes.includes(scope))),
  );
  const entries = wanted.map((claim) => [claim.name, claimValue(resources, claim, token)]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function claimValue(resources: Resources, claim: ClaimEntity, { user }: Token): unknown {
  const value = claim.value ?? '';
  if (claim.valueType === 'GROUPS') {
    return user === null ? undefined : groupNamesOf(resources, user).filter(filterOf(claim));
  }
  const quoted = /^(["'])(?<text>.*)\1$/.exec(value)?.groups?.['text'];
  if (quoted !== undefined) return quoted;
  const attribute = /^(user|appuser)(\.profile)?\.(?<name>\w+)$/.exec(value)?.groups?.['name'];
  if (attribute === undefined || user === null) return undefined;
  return attribute === 'id' ? user.id : (user.profile[attribute] ?? undefined);
}

/** Okta gives no more than a hundred groups, and an expression that is none matches no group. */
function filterOf({ value, group_filter_type }: ClaimEntity): (name: string) => boolean {
  const wanted = value ?? '';
  switch (group_filter_type) {
    case 'EQUALS':
      return (name) => name === wanted;
    case 'CONTAINS':
      return (name) => name.includes(wanted);
    case 'REGEX': {
      const pattern = patternOf(wanted);
      return (name) => pattern?.test(name) === true;
    }
    default:
      return (name) => name.startsWith(wanted);
  }
}

function patternOf(text: string): RegExp | null {
  try {
    return new RegExp(`^(?:${text})$`);
  } catch {
    return null;
  }
}
