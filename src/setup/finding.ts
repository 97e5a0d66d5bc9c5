/** What a finding is about; for scripts, and never renamed. */
export type FindingCode =
  /** The authorization server of OKTA_ISSUER. */
  | 'ISSUER'
  /** The app that customers log in by: its id, and its secret or key. */
  | 'CLIENT'
  /** The redirect URI and the scopes of the authn flow. */
  | 'AUTHORIZE'
  /** The API token or the service app. */
  | 'MANAGEMENT'
  | 'MANAGEMENT_SCOPES'
  /** The password policy, and whether it allows recovery by e-mail. */
  | 'PASSWORD_POLICY'
  | 'SYSTEM_LOG'
  /** The access tokens that customers get. */
  | 'ACCESS_TOKEN'
  /** The scopes of a log-in, and its refresh token. */
  | 'SCOPES'
  | 'SERVICE_CLIENTS';

/** One thing that is wrong in the org or the settings, for an operator. */
export interface Finding {
  readonly code: FindingCode;
  /** DOUBTFUL: it may be intended. NOTE: it matters only in some orgs. */
  readonly severity: 'MISCONFIGURED' | 'DOUBTFUL' | 'NOTE';
  /** What is wrong, with both values where two differ; never a secret. */
  readonly message: string;
  /** Which setting to change, or where to click. */
  readonly fix: string;
  /** More fields for the log, such as the fields of the schema that fail. */
  readonly details?: Readonly<Record<string, string | readonly string[]>>;
}
