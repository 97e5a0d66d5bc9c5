/** An app as the OAuth endpoints see it. */
export interface ClientEntity {
  readonly appId: string;
  readonly clientId: string;
  readonly label: string;
  /** The active ones; empty for clients that authenticate by key or not at all. */
  readonly secrets: readonly string[];
  readonly authentication:
    | 'client_secret_basic'
    | 'client_secret_post'
    | 'client_secret_jwt'
    | 'private_key_jwt'
    | 'none';
  /** The active public keys for private_key_jwt. */
  readonly jwks: { readonly keys: Record<string, unknown>[] };
  readonly grantTypes: readonly string[];
  readonly redirectUris: readonly string[];
  /** `wildcard_redirect` SUBDOMAIN: a `*` in the host of one stands for a part of a subdomain. */
  readonly hasWildcards: boolean;
  readonly refreshToken: { readonly rotation: 'ROTATE' | 'STATIC'; readonly leewaySeconds: number };
  /** Users of these groups are assigned, and these users. */
  readonly assignedGroupIds: readonly string[];
  readonly assignedUserIds: readonly string[];
  /** Okta API scopes (`okta.*`) granted to a service app. */
  readonly oktaScopes: readonly string[];
  /** `dpop_bound_access_tokens`: requires a DPoP proof (RFC 9449) at /token. */
  readonly requiresDpop: boolean;
  readonly requiresPkce: boolean;
  /** `consent_method` REQUIRED: users have to consent to the scopes that say so. */
  readonly requiresConsent: boolean;
  /** `implicitAssignment`: every user may use it, assigned or not. */
  readonly isForAll: boolean;
  /** Its authentication policy; null: the default one. */
  readonly accessPolicyId: string | null;
  /** An API Services app, which has no users. */
  readonly isService: boolean;
}

/** A custom authorization server with its access policies, in the order in which they are asked. */
export interface AuthorizationServerEntity {
  readonly id: string;
  readonly audience: string;
  readonly scopes: readonly string[];
  /** For requests that name no scope. */
  readonly defaultScopes: readonly string[];
  /** Those that discovery lists. */
  readonly publishedScopes: readonly string[];
  /** Those that a user has to consent to. */
  readonly consentScopes: readonly string[];
  readonly policies: readonly {
    /** Or `ALL_CLIENTS`. */
    readonly clientIds: readonly string[];
    readonly rules: readonly AccessRuleEntity[];
  }[];
  /** The active ones that an administrator has added. */
  readonly claims: readonly ClaimEntity[];
}

export interface AccessRuleEntity {
  /** Or `EVERYONE`. */
  readonly groupIds: readonly string[];
  readonly users: {
    readonly include?: readonly string[] | undefined;
    readonly exclude: readonly string[];
  };
  readonly grantTypes: readonly string[];
  /** Or `*`. */
  readonly scopes: readonly string[];
  readonly accessTokenLifetimeMinutes: number;
  /** 0: no end. */
  readonly refreshTokenLifetimeMinutes: number;
  readonly refreshTokenWindowMinutes: number;
}

/** A claim of access tokens (`RESOURCE`) or ID tokens (`IDENTITY`). */
export interface ClaimEntity {
  readonly name: string;
  readonly claimType: 'RESOURCE' | 'IDENTITY';
  readonly valueType: 'EXPRESSION' | 'GROUPS' | 'SYSTEM';
  readonly value?: string | null | undefined;
  readonly group_filter_type?: 'STARTS_WITH' | 'EQUALS' | 'CONTAINS' | 'REGEX' | null | undefined;
  /** Of requests that get the claim; empty: of all. */
  readonly conditions: { readonly scopes: readonly string[] };
  readonly alwaysIncludeInToken: boolean;
}
