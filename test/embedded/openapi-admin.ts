/** Answers of the admin API that recordings have as they are here, and the description has not. */
export const unlistedOfAdmin: readonly { why: string; violation: RegExp }[] = [
  {
    why: 'recorded apps show null until these are set, and have links and members that are not described',
    violation:
      /\/api\/v1\/(apps|policies)\S* 200: (\/\d+)?\/(accessibility\/\w+Url must be string|settings\/(manualProvisioning|oauthClient\/jwks\/keys\/\d+\/crv)|_links\/(uploadLogo|policies|clientCredentials|profileEnrollment))/,
  },
  {
    why: 'recorded groups have owners, and null for no description',
    violation: /\/groups\S* 200: (\/\d+)?\/(_links\/owners|profile(\/description)? must)/,
  },
  {
    why: 'recorded authorization servers say whether they are the default one, and link their keys',
    violation:
      /\/authorizationServers\S* 20\d: (\/\d+)?\/(default|description|_links\/(keys|activate)) /,
  },
  {
    why: 'recorded scopes and claims have an API resource, and null for no text',
    violation: /\/(scopes|claims)\S* 20\d: (\/\d+)?\/(apiResourceId|displayName|description) /,
  },
  {
    why: 'recorded access policies show null for no description',
    violation: /\/policies\S* 20\d: (\/\d+)?\/description must be string$/,
  },
  {
    why: 'recorded rules show whom they exclude',
    violation: /\/rules\S* 20\d: (\/\d+)?\/conditions\/people\/users\/exclude is in no schema$/,
  },
  {
    why: 'recorded brands show null until these are set, and links after a change',
    violation:
      /\/brands\S* 20\d: (\/\d+)?\/(defaultApp\/\w+|customPrivacyPolicyUrl|_links(\/settings)?) /,
  },
  {
    why: 'recorded roles say whether they can be cloned',
    violation: /\/iam\/roles\S* 200: (\/roles\/\d+)?\/isCloneable is in no schema$/,
  },
  {
    why: 'recorded features link the way to turn them on or off',
    violation: /\/features\S* 200: (\/\d+)?\/_links\/(en|dis)able is in no schema$/,
  },
  {
    why: 'a recorded org shows null for what it does not say of itself',
    violation: /\/api\/v1\/org 200: \/\w+ must be string$/,
  },
  {
    why: 'recorded authenticators of Okta Verify link the way to set it up',
    violation: /\/authenticators\S* 200: (\/\d+)?\/_links\/enroll is in no schema$/,
  },
  {
    why: 'recorded API tokens have links, and a window that the pattern of the description refuses',
    violation: /\/api-tokens\S* 200: (\/\d+)?\/(tokenWindow must match|_links is in no schema)/,
  },
  {
    why: 'a recorded clone of a policy has no times',
    violation: /\/clone 200: \/(created|lastUpdated) must be string$/,
  },
  {
    why: 'recorded lists of roles and resource sets link themselves',
    violation: /\/iam\/\S+ 200: \/_links\/self is in no schema$/,
  },
  {
    why: 'the descriptions of a standard role and of a custom one both fit each role',
    violation:
      /\/(clients|users)\/\w+\/roles 200: (\/\d+)? ?must match exactly one schema in oneOf$/,
  },
  {
    why: 'recorded keys of a curve name the curve',
    violation: /\/credentials\/jwks\S* 20\d: (\/keys\/\d+)?\/crv is in no schema$/,
  },
];
