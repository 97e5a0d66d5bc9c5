/** How the API authenticates at Okta's OAuth endpoints. */
export type ClientAuthentication =
  | { readonly method: 'client_secret_basic' | 'client_secret_post'; readonly secret: string }
  | { readonly method: 'private_key_jwt'; readonly privateKeyPem: string; readonly keyId: string };

/** How the API authenticates at Okta's management API. */
export type ManagementAuthentication =
  | { readonly method: 'ssws'; readonly apiToken: string }
  | {
      readonly method: 'service_app';
      readonly clientId: string;
      readonly privateKeyPem: string;
      readonly keyId: string;
    };

/** What the API proves to Okta who it is with. */
export interface OktaCredentials {
  readonly clientAuthentication: ClientAuthentication;
  readonly management: ManagementAuthentication;
}

/** Settings of one Okta org, without its credentials. */
export interface OktaSettings {
  /** `https://{org}`, without a trailing slash. */
  readonly orgUrl: string;
  /** `https://{org}/oauth2/{id}`, or the org URL for the org authorization server. */
  readonly issuer: string;
  readonly audience: string;
  readonly clientId: string;
  readonly logInFlow: 'password' | 'authn';
  /** A login redirect URI of the app; only the authn flow uses it, and nothing is ever sent there. */
  readonly redirectUri: string | null;
  readonly scopes: readonly string[];
  /** Clients whose customers' tokens are accepted; holds `clientId` unless configured otherwise. */
  readonly acceptedClientIds: readonly string[];
  /** Groups that a new account joins, where the app is assigned by group. */
  readonly signUpGroupIds: readonly string[];
  /** Ids per `filter=` call. */
  readonly userBatchSize: number;
  /** For one call to Okta. */
  readonly callTimeoutMs: number;
}

/**
 * With the credentials behind functions: asked for each call, they may be replaced in between, and
 * nothing that prints or copies a configuration gets hold of them.
 */
export interface OktaConfig extends OktaSettings {
  readonly clientAuthentication: () => ClientAuthentication;
  readonly management: () => ManagementAuthentication;
}

type Issuer = Pick<OktaSettings, 'issuer' | 'orgUrl'>;

/** The org authorization server is named by the org URL alone; only Okta can read its access tokens. */
export function isOrgServer({ issuer, orgUrl }: Issuer): boolean {
  return issuer === orgUrl;
}

/** Where the OAuth endpoints of the issuer are, without a trailing slash. */
export function oauthBaseUrl(server: Issuer): string {
  return isOrgServer(server) ? `${server.orgUrl}/oauth2/v1` : `${server.issuer}/v1`;
}

export interface ServiceClient {
  readonly id: string;
  readonly secret: string;
}

/** As a CIDR block has it (RFC 4632). */
export interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** 32 bytes each: the first seals, and all of them open. */
export type SealingKeys = readonly [Uint8Array, ...Uint8Array[]];

/** Null: it is not sent. A password without a user name is that of the user `default`. */
export interface RedisLogin {
  readonly username: string | null;
  readonly password: string | null;
}

/** Where Redis is: a server, the nodes of a cluster, or the sentinels that know the master. */
export interface RedisSettings {
  /** At least one; more than one are nodes of a cluster, or sentinels. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  /** Its number; a cluster has only 0. */
  readonly database: number;
  /** At the servers. */
  readonly login: RedisLogin;
  /** Null: the hosts are servers. */
  readonly sentinel: {
    readonly masterName: string;
    /** At the sentinels. */
    readonly login: RedisLogin;
  } | null;
  /** PEM files. Null: without TLS. */
  readonly tls: {
    /** Null: the authorities that Node trusts. */
    readonly caFile: string | null;
    readonly certFile: string | null;
    readonly keyFile: string | null;
  } | null;
}

/** What may be in separate files, and may be replaced while the API serves. */
export interface Secrets {
  /** Null: no Okta settings. */
  readonly okta: OktaCredentials | null;
  /** Callers by HTTP Basic; two entries of one id are two secrets of one service (rotation). */
  readonly serviceClients: readonly ServiceClient[];
  /** Each may be what an event hook of Okta sends as `Authorization`; none: no hook is received. */
  readonly hookSecrets: readonly string[];
  /** Null: processes know nothing of each other. With it there is a sealing key. Read at the start alone. */
  readonly redis: RedisSettings | null;
  /** For `transaction` handles, and for tokens in Redis. Null: each start makes a key of its own. */
  readonly sealingKeys: SealingKeys | null;
}

/** With all that the API needs to serve. */
export interface ServingSecrets extends Secrets {
  readonly okta: OktaCredentials;
  readonly sealingKeys: SealingKeys;
}

/** Holds no secret: they are apart, in `Secrets`. */
export interface Config {
  readonly production: boolean;
  /** Outside production: everyone who reaches HOST may use the developer tools. */
  readonly exposeDevelopment: boolean;
  /** Null: no Okta settings, so the embedded org is started. */
  readonly okta: OktaSettings | null;
  readonly embedded: {
    readonly port: number;
    readonly logInFlow: 'password' | 'authn';
    /** Null: nothing survives a restart. */
    readonly snapshotFile: string | null;
    /** `optional`: its accounts need no first and last name, unlike those of an untouched org. */
    readonly names: 'required' | 'optional';
  };
  readonly server: {
    readonly host: string;
    readonly port: number;
    /** Where callers reach the API, without a trailing slash; null: at the `Host` of each request. */
    readonly publicUrl: string | null;
    /** Exact origins; empty means that no browser of another origin may call. */
    readonly corsOrigins: readonly string[];
    /** Whose X-Forwarded-For counts. */
    readonly trustedProxies: readonly Network[];
    readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
    /** For the body, and then from there to the answer. */
    readonly requestTimeoutMs: number;
    /** How long requests in flight may go on after SIGTERM. */
    readonly drainMs: number;
    /** For each process that serves callers. */
    readonly connections: {
      /** At a time; one more is closed at once. */
      readonly max: number;
      /** How long one stays open between two requests. */
      readonly keepAliveSeconds: number;
    };
    /** A manifest of persisted documents; null: there are those of schema/operations alone. */
    readonly documentsFile: string | null;
    /** The profile of the org's customers; null: the one of this package, of a new org. */
    readonly profileFile: string | null;
  };
  readonly services: {
    /** The scope that makes a client-credentials token of the issuer a service's token. */
    readonly scope: string;
  };
  readonly accounts: {
    /** `strict`: the answer of signUp never shows whether an address has an account. */
    readonly enumeration: 'strict' | 'open';
    /** `VERIFY_EMAIL`: a new account gets its password when its owner has proven the address. */
    readonly signUp: 'ACTIVE' | 'VERIFY_EMAIL';
    /**
     * The least duration of every field that takes an address, except logIn, so that its time shows
     * nothing either.
     */
    readonly answerFloorMs: number;
    /** Fields that may be left out although the profile schema requires them. */
    readonly optionalFields: readonly ('firstName' | 'lastName')[];
  };
  readonly limits: {
    readonly on: boolean;
  };
  readonly refresh: {
    /** How long a used refresh token gets the same successor again. */
    readonly graceSeconds: number;
  };
  readonly events: {
    /** Interval between two polls of Okta's System Log; 0: it is not polled. */
    readonly logPollSeconds: number;
  };
  readonly profiles: {
    /** How long a profile is cached; 0: profiles are not cached. */
    readonly ttlSeconds: number;
  };
  /** Processes that serve one port; with more than 1, one more keeps them. */
  readonly workers: number;
  /** Where `/metrics` is; null: nowhere. Port 0: any that is free. */
  readonly metrics: { readonly host: string; readonly port: number } | null;
}

/** Configuration of a process that serves. */
export interface ServingConfig extends Config {
  readonly okta: OktaConfig;
  /** Asked per use; the very same parts until they are replaced. */
  readonly secrets: () => ServingSecrets;
}

export function servingConfig(
  config: Config & { readonly okta: OktaSettings },
  secrets: () => ServingSecrets,
): ServingConfig {
  const okta = {
    ...config.okta,
    clientAuthentication: () => secrets().okta.clientAuthentication,
    management: () => secrets().okta.management,
  };
  return { ...config, okta, secrets };
}

/** What is wrong with one environment variable, in full sentences that never hold a secret. */
export interface ConfigProblem {
  readonly variable: string;
  readonly problem: string;
  /** May have several lines. */
  readonly fix: string;
}
