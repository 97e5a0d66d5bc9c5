import type { PasswordPolicy } from './store/entities.ts';
import type { MfaPolicy } from './store/factor-entities.ts';
import type { BaseAttributeSettings, CustomAttribute } from './users/profile-attributes.ts';

/** Laid over the default seed; a client or authorization server of an id that exists replaces it. */
export interface Seed {
  readonly users?: readonly SeedUser[];
  readonly clients?: readonly SeedClient[];
  readonly authorizationServers?: readonly SeedAuthorizationServer[];
  readonly passwordPolicy?: Partial<PasswordPolicy>;
  /** Default true: false is an org without the licence for custom authorization servers. */
  readonly apiAccessManagement?: boolean;
  /**
   * Changes to the base profile, by variable name. An untouched org requires `firstName` and
   * `lastName`: `{ firstName: { required: false } }` makes one optional.
   */
  readonly baseAttributes?: Readonly<Record<string, BaseAttributeSettings>>;
  /** Attributes beyond the base profile, by variable name. */
  readonly customAttributes?: Readonly<Record<string, CustomAttribute>>;
  /**
   * Default `shop`: the mails have a code for the pages of a shop. `okta`: they are Okta's own, as in an
   * untouched org.
   */
  readonly mails?: 'shop' | 'okta';
  /** Default OPTIONAL: only users who have an active factor are asked for it. */
  readonly mfa?: MfaPolicy;
}

/** An app that is there from the start. */
export interface SeedClient {
  clientId: string;
  label: string;
  /** Null for clients that authenticate by key or not at all. */
  secret: string | null;
  authentication: 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt' | 'none';
  /** Public keys for private_key_jwt. */
  jwks: { keys: Record<string, unknown>[] } | null;
  grantTypes: string[];
  redirectUris: string[];
  refreshToken: { rotation: 'ROTATE' | 'STATIC'; leewaySeconds: number };
  /** Users of these groups are assigned; every user is in `EVERYONE`. */
  assignedGroupIds: string[];
  /** Okta API scopes (`okta.*`) granted to a service app, which gets the role of a super administrator with them. */
  oktaScopes: string[];
  /** Requires a DPoP proof (RFC 9449) at /token. Default: false. */
  requiresDpop?: boolean;
}

/** A custom authorization server with its access policies, first match wins. */
export interface SeedAuthorizationServer {
  id: string;
  audience: string;
  scopes: string[];
  policies: {
    clientIds: string[] | 'ALL_CLIENTS';
    rules: {
      grantTypes: string[];
      scopes: string[] | '*';
      accessTokenLifetimeMinutes: number;
      refreshTokenLifetimeMinutes: number;
      refreshTokenWindowMinutes: number;
    }[];
  }[];
}

export interface SeedUser {
  readonly id?: string;
  readonly email: string;
  /** Default: the address. */
  readonly login?: string;
  readonly password: string | null;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly status?:
    | 'STAGED'
    | 'PROVISIONED'
    | 'ACTIVE'
    | 'PASSWORD_EXPIRED'
    | 'SUSPENDED'
    | 'DEPROVISIONED'
    | 'LOCKED_OUT'
    | 'RECOVERY';
  /** Default true: false leaves the user unassigned to every app. */
  readonly assigned?: boolean;
  /** Active second factors, in the order in which Okta lists them. */
  readonly factors?: readonly SeedFactor[];
}

export type SeedFactor =
  /** Base32, as an authenticator app takes it. */
  | { readonly type: 'token:software:totp'; readonly secret: string }
  /** Codes go to the user's own address. */
  | { readonly type: 'email' }
  /** E.164. */
  | { readonly type: 'sms'; readonly phoneNumber: string }
  /** Number matching: the phone offers three numbers, and the sign-in shows which one to choose. */
  | { readonly type: 'push'; readonly numberMatching?: boolean };
