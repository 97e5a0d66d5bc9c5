import type { UserEntity } from '../store/entities.ts';

/** OpenID Connect Core section 5.1: the claims that the scopes ask for; absent ones are undefined. */
export function userClaims(user: UserEntity, scopes: readonly string[]) {
  return {
    sub: user.id,
    ...(scopes.includes('profile') && profileClaims(user)),
    ...(scopes.includes('email') && { email: user.profile.email, email_verified: true }),
    ...(scopes.includes('address') && { address: addressClaim(user) }),
    ...(scopes.includes('phone') && { phone_number: text(user, 'mobilePhone') }),
  };
}

function profileClaims(user: UserEntity) {
  const given = text(user, 'firstName');
  const family = text(user, 'lastName');
  return {
    name: [given, family].filter((part) => part !== undefined).join(' '),
    nickname: text(user, 'nickName'),
    preferred_username: user.profile.login,
    given_name: given,
    middle_name: text(user, 'middleName'),
    family_name: family,
    profile: text(user, 'profileUrl'),
    zoneinfo: text(user, 'timezone'),
    locale: text(user, 'locale'),
    updated_at: Math.floor(user.lastUpdated / 1000),
  };
}

function addressClaim(user: UserEntity) {
  const address = {
    street_address: text(user, 'streetAddress'),
    locality: text(user, 'city'),
    region: text(user, 'state'),
    postal_code: text(user, 'zipCode'),
    country: text(user, 'countryCode'),
  };
  return Object.values(address).some((part) => part !== undefined) ? address : undefined;
}

function text(user: UserEntity, attribute: string): string | undefined {
  const value = user.profile[attribute];
  return typeof value === 'string' ? value : undefined;
}
