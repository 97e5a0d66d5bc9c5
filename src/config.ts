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

export interface OktaConfig {
  /** `https://{org}`, without a trailing slash. */
  readonly orgUrl: string;
  /** `https://{org}/oauth2/{id}`, or the org URL for the org authorization server. */
  readonly issuer: string;
  readonly audience: string;
  readonly clientId: string;
  readonly clientAuthentication: ClientAuthentication;
  readonly management: ManagementAuthentication;
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

type Issuer = Pick<OktaConfig, 'issuer' | 'orgUrl'>;

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

export interface Config {
  readonly production: boolean;
  /** Null: no Okta settings, so the embedded org is started. */
  readonly okta: OktaConfig | null;
  readonly embedded: {
    readonly port: number;
    readonly logInFlow: 'password' | 'authn';
    /** Null: nothing survives a restart. */
    readonly snapshotFile: string | null;
  };
  readonly server: {
    readonly host: string;
    readonly port: number;
    /** Exact origins; empty means that no browser of another origin may call. */
    readonly corsOrigins: readonly string[];
    readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
    /** For the body, and then from there to the answer. */
    readonly requestTimeoutMs: number;
    /** How long requests in flight may go on after SIGTERM. */
    readonly drainMs: number;
  };
  readonly services: {
    /** Callers by HTTP Basic; two entries of one id are two secrets of one service (rotation). */
    readonly clients: readonly ServiceClient[];
    /** The scope that makes a client-credentials token of the issuer a service's token. */
    readonly scope: string;
  };
  readonly accounts: {
    /** `strict`: signUp never tells whether an address has an account. */
    readonly enumeration: 'strict' | 'open';
    /** `VERIFY_EMAIL`: a new account gets its password when its owner has proven the address. */
    readonly signUp: 'ACTIVE' | 'VERIFY_EMAIL';
    /** Whatever takes an address takes at least this long, log-in excepted: time tells nothing either. */
    readonly answerFloorMs: number;
  };
  readonly refresh: {
    /** How long a used refresh token gets the same successor again. */
    readonly graceSeconds: number;
  };
  /** Null: processes know nothing of each other. With it there is a sealing key. */
  readonly redisUrl: string | null;
  /** 32 bytes; seals `transaction` handles, and what is kept in Redis. Null: one of this process's own, for one process only. */
  readonly sealingKey: Uint8Array | null;
}

/** What is wrong with one environment variable, in full sentences that never hold a secret. */
export interface ConfigProblem {
  readonly variable: string;
  readonly problem: string;
  readonly fix: string;
}
