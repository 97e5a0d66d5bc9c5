import type { UserEntity } from '../store/entities.ts';
import type { ClientEntity } from '../store/oauth-settings.ts';

export function userEntity({ id, profile }: UserEntity): LogEntity {
  const names = [profile['firstName'], profile['lastName']].filter(
    (name) => typeof name === 'string',
  );
  return { id, type: 'User', alternateId: profile.login, displayName: names.join(' ') };
}

/** A sign-in with a name that no user has. */
export function unknownUserEntity(login: string): LogEntity {
  return { id: 'unknown', type: 'User', alternateId: login, displayName: 'unknown' };
}

/** Okta calls every OAuth client a public one here. */
export function appEntity({ clientId, label }: ClientEntity): LogEntity {
  return { id: clientId, type: 'PublicClientApp', alternateId: clientId, displayName: label };
}

/** An entry of Okta's System Log; members without a value are left out, where Okta often sends null. */
export interface LogEvent {
  readonly uuid: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly published: string;
  readonly eventType: string;
  readonly version: '0';
  readonly displayMessage: string;
  readonly severity: 'INFO' | 'WARN';
  /** Who did it: a user, an administrator, an app or Okta itself. */
  readonly actor: LogEntity;
  /** Of the HTTP request; absent for what Okta does by itself. */
  readonly client?: LogClient;
  readonly outcome: { readonly result: 'SUCCESS' | 'FAILURE'; readonly reason?: string };
  /** To be searched by `type`: the order means nothing. Absent where there is none. */
  readonly target?: readonly LogEntity[];
  readonly transaction: {
    /** Of the request: its X-Okta-Request-Id. */
    readonly id: string;
    readonly type: 'WEB' | 'JOB';
    readonly detail: Readonly<Record<string, never>>;
  };
  readonly debugContext: { readonly debugData: Readonly<Record<string, string>> };
  readonly authenticationContext: {
    readonly authenticationStep: 0;
    /** Of Okta's own session, `102…`. */
    readonly externalSessionId?: string;
  };
  readonly request: {
    readonly ipChain: readonly { readonly ip: string; readonly version: 'V4' | 'V6' }[];
  };
}

export interface LogClient {
  readonly ipAddress: string;
  readonly userAgent: {
    readonly rawUserAgent: string;
    readonly os: 'Unknown';
    readonly browser: 'UNKNOWN';
  };
  readonly device: 'Unknown';
  readonly zone: 'null';
  /** Of the OAuth client that made the request. */
  readonly id?: string;
}

export interface LogEntity {
  /** `unknown` for a sign-in with a name that no user has. */
  readonly id: string;
  readonly type:
    | 'User'
    | 'PublicClientApp'
    | 'SystemPrincipal'
    | 'access_token'
    | 'refresh_token'
    | 'id_token'
    | 'EventHook';
  /** The login of a user, the client id of an app. */
  readonly alternateId?: string;
  readonly displayName: string;
  /** Of tokens alone. */
  readonly detailEntry?: TokenDetail;
}

export interface TokenDetail {
  /** ISO 8601. */
  readonly expires: string;
  /** The id of the token's user; absent for client credentials. */
  readonly subject?: string;
  /** It only distinguishes tokens: Okta does not document how it is made. */
  readonly hash: string;
}
