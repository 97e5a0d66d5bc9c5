import type { Engine } from './engine.ts';
import { hookEvents, hookPath } from './event-hook.ts';

/** An OAuth client of the org. */
interface AppDescription {
  /** Unique in the org; set-up finds the app by it. */
  readonly label: string;
  readonly grantTypes: readonly string[];
}

/**
 * What the account API needs of an Okta org. `setup` makes an org so, `setup --print` renders it as
 * Terraform or as steps for the Admin Console, and `doctor` compares an org with it.
 */
export interface OrgDescription {
  readonly engine: Engine;
  readonly logInFlow: 'password' | 'authn';
  /** Customers; new accounts join it, and the app is assigned to it. */
  readonly group: { readonly name: string };
  readonly authorizationServer: {
    readonly name: string;
    readonly audience: string;
    /** Those that Okta does not have on every server. */
    readonly ownScopes: readonly { readonly name: string; readonly description: string }[];
    readonly policy: string;
    readonly rule: {
      readonly name: string;
      readonly grantTypes: readonly string[];
      readonly scopes: readonly string[];
      readonly accessTokenMinutes: number;
      readonly refreshTokenMinutes: number;
      /** How long a refresh token may stay unused. */
      readonly refreshWindowMinutes: number;
    };
  };
  /**
   * The client of log-ins. Okta demands authorization_code and a redirect URI of every native app; the
   * rule of the authorization server decides which grants give tokens.
   */
  readonly customerApp: AppDescription & {
    readonly redirectUri: string;
    /** Seconds in which a used refresh token still works. */
    readonly refreshLeeway: number;
    /** Okta API scopes that customers' own tokens may have. */
    readonly apiScopes: readonly string[];
  };
  /** The app's own sign-in policy; null on Classic, where the policies of the org apply. */
  readonly signInPolicy: { readonly name: string; readonly rule: string } | null;
  /** The client of the management API. */
  readonly serviceApp: AppDescription & {
    readonly scopes: readonly string[];
    readonly roles: readonly string[];
  };
  readonly passwordPolicy: {
    readonly name: string;
    readonly rule: string;
    readonly lockoutAttempts: number;
    readonly autoUnlockMinutes: number;
  };
  /** Null: the mails of the org stay as they are. */
  readonly mails: {
    /** Whose pages the mails lead to; null: they have a code to type in. */
    readonly shopUrl: string | null;
  } | null;
  /** Null where the egress addresses are not known. */
  readonly trustedProxy: { readonly name: string; readonly cidrs: readonly string[] } | null;
  /** Null until the API can be reached from the internet. */
  readonly eventHook: {
    readonly name: string;
    readonly url: string;
    readonly events: readonly string[];
  } | null;
}

/** What an operator chooses; the rest follows from it. */
export interface OrgChoices {
  readonly engine: Engine;
  readonly logInFlow: 'password' | 'authn';
  /** Before each name, so that stages can share an org. May be empty. */
  readonly prefix: string;
  /** OKTA_SCOPES */
  readonly scopes: readonly string[];
  /** SERVICE_SCOPE */
  readonly serviceScope: string;
  /** OKTA_REDIRECT_URI; null takes one that leads nowhere, which is enough. */
  readonly redirectUri: string | null;
  /** REFRESH_GRACE_SECONDS */
  readonly refreshGraceSeconds: number;
  /** Whether the System Log is read (OKTA_LOG_POLL_SECONDS). */
  readonly readsSystemLog: boolean;
  /** Where Okta reaches this API, such as https://account.example.com; null makes no event hook. */
  readonly hookUrl: string | null;
  /** Whether customers may change their e-mail address (requestEmailChange). */
  readonly changesEmail: boolean;
  /** Whether the mails of the org stay as they are. */
  readonly keepsMails: boolean;
  /** Of the shop, without a slash at the end; null: it has no pages for mails yet. */
  readonly shopUrl: string | null;
  /** Addresses that the API calls Okta from, as CIDR blocks. */
  readonly egress: readonly string[];
}

/** Without a prefix. */
export const customerAppLabel = 'Account API storefront';

export const mfaGrants = [
  'http://auth0.com/oauth/grant-type/mfa-otp',
  'http://auth0.com/oauth/grant-type/mfa-oob',
] as const;

/** Okta API scopes with which customers change their own address. */
export const emailScopes = ['okta.myAccount.email.read', 'okta.myAccount.email.manage'] as const;

/** Scopes that every custom authorization server has (Okta: API Access Management, default scopes). */
const systemScopes = [
  'openid',
  'profile',
  'email',
  'address',
  'phone',
  'offline_access',
  'device_sso',
];

const minutesPerDay = 1440;

/** Nothing is ever sent there: the API reads the code from the redirect itself. */
const defaultRedirectUri = 'https://localhost/account-api/callback';

/** How the customers' app gets tokens, as a rule and an app name it. */
export function logInGrant({
  logInFlow,
}: Pick<OrgChoices, 'logInFlow'>): 'password' | 'authorization_code' {
  return logInFlow === 'password' ? 'password' : 'authorization_code';
}

export function describeOrg(choices: OrgChoices): OrgDescription {
  const { engine, logInFlow, prefix } = choices;
  const named = (name: string) => prefix + name;
  const grant = logInGrant(choices);
  // Only Identity Engine has direct authentication, whose grants carry a second factor.
  const factorGrants = logInFlow === 'password' && engine === 'identity' ? mfaGrants : [];
  const apiScopes = choices.changesEmail ? emailScopes : [];
  return {
    engine,
    logInFlow,
    group: { name: named('Account API customers') },
    authorizationServer: describeServer(choices, [grant, ...factorGrants], apiScopes),
    customerApp: {
      label: named(customerAppLabel),
      grantTypes: [...new Set(['authorization_code', grant, 'refresh_token', ...factorGrants])],
      redirectUri: choices.redirectUri ?? defaultRedirectUri,
      refreshLeeway: choices.refreshGraceSeconds,
      apiScopes,
    },
    signInPolicy:
      engine === 'classic'
        ? null
        : { name: named('Account API: password'), rule: 'Password is enough' },
    serviceApp: {
      label: named('Account API service'),
      grantTypes: ['client_credentials'],
      scopes: serviceScopesOf(choices),
      // No standard role both manages users and reads policies.
      roles: ['USER_ADMIN', 'READ_ONLY_ADMIN'],
    },
    passwordPolicy: {
      name: named('Account API customers'),
      rule: 'Recovery by e-mail',
      lockoutAttempts: 10,
      autoUnlockMinutes: 15,
    },
    mails: choices.keepsMails ? null : { shopUrl: choices.shopUrl },
    trustedProxy: describeProxy(choices),
    eventHook: describeHook(choices),
  };
}

function describeServer(
  choices: OrgChoices,
  grantTypes: readonly string[],
  apiScopes: readonly string[],
): OrgDescription['authorizationServer'] {
  const { prefix, scopes } = choices;
  return {
    name: `${prefix}Account API`,
    audience: `api://${slugOf(prefix)}account-api`,
    ownScopes: ownScopesOf(choices),
    policy: `${prefix}Account API customers`,
    rule: {
      name: 'Log-in and refresh',
      grantTypes,
      scopes: [...scopes, ...apiScopes],
      accessTokenMinutes: 60,
      refreshTokenMinutes: 365 * minutesPerDay,
      refreshWindowMinutes: 90 * minutesPerDay,
    },
  };
}

function describeProxy({ egress, prefix }: OrgChoices): OrgDescription['trustedProxy'] {
  return egress.length === 0 ? null : { name: `${prefix}Account API egress`, cidrs: egress };
}

function describeHook({ hookUrl, prefix }: OrgChoices): OrgDescription['eventHook'] {
  if (hookUrl === null) return null;
  return { name: `${prefix}Account API events`, url: hookUrl + hookPath, events: hookEvents };
}

function ownScopesOf({
  scopes,
  serviceScope,
}: OrgChoices): OrgDescription['authorizationServer']['ownScopes'] {
  const known: readonly string[] = [...systemScopes, ...emailScopes];
  const asked = scopes.filter((scope) => !known.includes(scope) && scope !== serviceScope);
  return [
    { name: serviceScope, description: 'Ask the account API about customers, as a backend.' },
    ...asked.map((name) => ({ name, description: `Used by the account API: ${name}.` })),
  ];
}

/** Okta API scopes that the service app needs. */
export function serviceScopesOf({
  readsSystemLog,
}: Pick<OrgChoices, 'readsSystemLog'>): readonly string[] {
  return [
    'okta.users.read',
    'okta.users.manage',
    'okta.policies.read',
    'okta.schemas.read',
    ...(readsSystemLog ? ['okta.logs.read'] : []),
  ];
}

/** "Staging EU " becomes "staging-eu-". */
function slugOf(prefix: string): string {
  const slug = prefix
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '');
  return slug === '' || slug.endsWith('-') ? slug : `${slug}-`;
}
