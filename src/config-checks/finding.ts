/** What a finding is about. Scripts match these names, so they are never renamed. */
export type FindingCode =
  /** The authorization server of OKTA_ISSUER. */
  | 'ISSUER'
  /** The app that customers log in with: its id, and its secret or key. */
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

/** Something that an operator has to correct, in the org or in the settings. */
export interface Finding {
  readonly code: FindingCode;
  /** DOUBTFUL: it may be intended. NOTE: it matters only in some orgs. */
  readonly severity: 'MISCONFIGURED' | 'DOUBTFUL' | 'NOTE';
  /** What is wrong. Names both values when two differ, and never a secret. */
  readonly message: string;
  /** Which setting to change, or where to click. */
  readonly fix: string;
  /** More fields for the log line, such as the schema fields that fail. */
  readonly details?: Readonly<Record<string, string | readonly string[]>>;
}
