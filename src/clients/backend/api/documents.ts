/**
 * Tokens in one document. The API takes at most five aliases in one: with more it would refuse the
 * document.
 */
export const maxTokensAtOnce = 5;

/** What a cache needs of a verdict. No profile: reading one for each token would cost calls to Okta. */
const verdictFields =
  'active reason subject userId sessionId expiresAt scopes clientId checkedAt checkedBy revocationLagSeconds';

/** The variables and aliases are `t0`, `t1` and so on. */
export function validateDocument(count: number, options: { readonly claims: boolean }): string {
  const names = Array.from({ length: count }, (_, index) => `t${index}`);
  const variables = names.map((name) => `$${name}: ValidateTokenInput!`).join(', ');
  const fields = names.map((name) => `${name}: validateToken(input: $${name}) { ...Verdict }`);
  const claims = options.claims ? ' claims' : '';
  return `query ValidateTokens(${variables}) { ${fields.join(' ')} } fragment Verdict on TokenValidation { ${verdictFields}${claims} }`;
}

/** Ids in one document: as many as the API asks Okta for in one call. */
export const maxUsersAtOnce = 100;

/** Every field of `User` that is there in every org. */
const profileFields =
  'id status login email firstName lastName displayName mobilePhone locale createdAt updatedAt';

/** @param attributes custom attributes that the API shows as fields of `User` */
export function usersDocument(attributes: readonly string[]): string {
  return `query Users($ids: [ID!]!) { users(ids: $ids) { ${[profileFields, ...attributes].join(' ')} } }`;
}
