export type ChallengeScheme = 'Bearer' | 'DPoP';

interface ChallengeDetail {
  /** URL of this org. */
  readonly org: string;
  readonly scope: string | null;
  readonly error: string;
  readonly description: string;
  /** Path of the request. */
  readonly resource: string;
  readonly algorithms: readonly string[];
}

/**
 * Thrown where a good token is presented in a wrong way, such as a bound one without a proof. Okta
 * answers 400 without a body (https://github.com/okta/terraform-provider-okta/issues/2392).
 */
export class TokenChallenge extends Error {
  readonly challenge: string;
  constructor(scheme: ChallengeScheme, detail: ChallengeDetail) {
    super(detail.error);
    const { org, scope, error, description, resource, algorithms } = detail;
    const parameters = {
      ...(scheme === 'DPoP' && { algs: algorithms.join(' ') }),
      authorization_uri: `${org}/oauth2/v1/authorize`,
      realm: org,
      ...(scope !== null && { scope }),
      error,
      error_description: description,
      resource,
    };
    const all = Object.entries(parameters).map(([name, value]) => `${name}="${value}"`);
    this.challenge = `${scheme} ${all.join(', ')}`;
  }
}
