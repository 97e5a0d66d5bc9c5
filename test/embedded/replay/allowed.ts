import type { Played } from './play.ts';

/** A difference from the recordings that is meant. Both patterns have to fit. */
export interface Allowed {
  readonly why: string;
  readonly operation: RegExp;
  readonly difference: RegExp;
  /** Newer recordings have it as it is here. */
  readonly outdated?: true;
  /** About what this org does not offer. */
  readonly notOffered?: true;
}

const oneUser = /\/users(\/\{id\}(\/lifecycle\/\w+)?)?$/;

/** Of the status: where it differs, nothing else is compared. */
const allowedStatuses: readonly Allowed[] = [
  {
    why: 'Okta answered without a body until 2020, and with {} since',
    operation: /^POST .*\/lifecycle\/deactivate$/,
    difference: /^status 204 > 200$/,
    outdated: true,
  },
  {
    why: 'the factor of a security question is not offered here',
    operation: /\/factors(\/\{id\})?$/,
    difference: /^status 20[04] > 40[04]$/,
  },
  {
    why: 'imported password hashes and recovery questions are not supported here',
    operation: /^(POST|PUT) .*\/users(\/\{id\})?$/,
    difference: /^status 200 > 501$/,
  },
  {
    why: 'SAML apps, bookmarks and the apps of the catalogue are no clients of OAuth, and not offered here',
    operation: /^POST .*\/apps$/,
    difference: /^status 200 > 501$/,
    notOffered: true,
  },
  {
    why: 'the recorded org had as many apps as it may have',
    operation: /^POST .*\/apps$/,
    difference: /^status 400 > (200|501)$/,
  },
  {
    why: 'Okta answered a new grant with 200 in 2020, and has described 201 since',
    operation: /^POST .*\/grants$/,
    difference: /^status 200 > 201$/,
    outdated: true,
  },
  {
    why: 'custom apps and one-time codes of others are no authenticators here',
    operation: /^POST .*\/authenticators$/,
    difference: /^status 200 > 501$/,
  },
  {
    why: 'whether an authenticator may be turned off is up to the policies that an org had before',
    operation: /\/authenticators\/\{id\}/,
    difference: /^status (200|400|403) > (200|400|403)$/,
  },
  {
    why: 'the limits were those of tokens that this org does not know',
    operation: /^POST .*\/principal-rate-limits$/,
    difference: /^status 400 > 404$/,
  },
  {
    why: 'the recording pages on by the cursor of another org',
    operation: /^GET .*\/users$/,
    difference: /^status 200 > 400$/,
  },
];

/** Of names and types of members, of headers and of words. */
const allowedShapes: readonly Allowed[] = [
  {
    why: 'orgs of 2020, and some of 2025, have no realms',
    operation: oneUser,
    difference: /^\+ (\/\[\])?\/realmId string$/,
  },
  {
    why: 'orgs of 2020, and some of 2025, list the addresses of a user among the credentials',
    operation: oneUser,
    difference: /^- (\/\[\])?\/credentials\/emails array$/,
  },
  {
    why: 'recordings of 2020, and some of 2025, lack these links',
    operation: oneUser,
    difference: /^\+ \/_links\/(resetFactors|forgotPassword) object$/,
  },
  {
    why: 'in 2020 a staged user had never changed the status, since 2025 its password counts',
    operation: oneUser,
    difference: /^\/statusChanged null > string$/,
  },
  {
    why: 'a user who was listed had been there before, with another history',
    operation: /^GET .*\/users$/,
    difference: /^\/\[\]\/(activated|statusChanged|lastLogin) |^- \/\[\]\/transitioningToStatus /,
  },
  {
    why: 'recovery questions are not supported here',
    operation: oneUser,
    difference: /^- (\/\[\])?\/credentials\/recovery_question object$/,
  },
  {
    why: 'the recording adds and removes attributes by the schema, which is read-only here',
    operation: /\/users(\/\{id\})?$|\/meta\/schemas\/user\/default$/,
    difference: /^\+ (\/\[\]\/profile\/\w+123|\/profile\/\w+123\d? |\/definitions\/custom\/)/,
  },
  {
    why: 'schemas of 2020 and 2021 do not name the master of an attribute',
    operation: /\/meta\/schemas\/user\/default$/,
    difference: /^\+ \/definitions\/\S+\/master object$/,
  },
  {
    why: 'the schema of an org keeps oneOf, unique and the order of enum for its custom attributes',
    operation: /\/meta\/schemas\/user\/default$/,
    difference: /^.{0,2}\/definitions\/custom\/properties\//,
  },
  {
    why: 'event hooks of 2020 have no description and no filter',
    operation: /\/eventHooks/,
    difference: /^\+ (\/\[\])?(\/description|\/events\/filter) null$/,
  },
  {
    why: 'the apps, brands and features that an org had before are others than here',
    operation: /^GET .*\/(apps|brands|features|authenticators|zones|groups|principal-rate-limits)$/,
    difference: /^.{0,2}\/\[\]\//,
  },
  {
    why: 'orgs without Universal Logout show null, and older ones nothing',
    operation: /\/apps(\/\{id\})?$/,
    difference: /\/universalLogout/,
  },
  {
    why: 'the authenticators that an org had before are set otherwise',
    operation: /\/authenticators(\/|$)/,
    difference: /\/(_links\/(de)?activate|settings)(\/| )|AuthenticatorCatalog/,
  },
  {
    why: 'authorization servers of 2020 lack these members',
    operation: /\/authorizationServers/,
    difference:
      /^\+ (\/\[\])?\/(default|optional|displayName|consent|apiResourceId|conditions\/people\/groups) /,
  },
  {
    why: 'keys that rotate by hand have no next rotation, and in 2020 not every other key',
    operation: /\/authorizationServers(\/\{id\})?$/,
    difference: /\/credentials\/signing\/nextRotation /,
  },
  {
    why: 'the default scopes of a recorded org had texts of their own',
    operation: /^GET .*\/scopes$/,
    difference: /^\/\[\]\/(displayName|description) /,
  },
  {
    why: 'apps of 2020 have fewer members, and one that is gone',
    operation: /\/apps(\/\{id\})?$/,
    difference:
      /^\+ \/(visibility\/autoLaunch|settings\/(notes|manualProvisioning|implicitAssignment|emOptInStatus)|settings\/oauthClient\/(wildcard_redirect|idp_initiated_login|dpop_bound_access_tokens|consent_method)|orn|_links\/(uploadLogo|profileEnrollment|policies|clientCredentials|accessPolicy)) |^- \/(settings\/extendedProperties|credentials\/oauthClient\/pkce_required) /,
  },
  {
    why: 'single log-out and CIBA are not offered here, and not in every org',
    operation: /\/apps(\/\{id\})?$/,
    difference: /\/settings\/oauthClient\/(participate_slo|backchannel_token_delivery_mode) /,
  },
  {
    why: 'groups of before 2026 have no owners',
    operation: /\/groups(\/\{id\})?$/,
    difference: /^\+ (\/\[\])?\/_links\/owners object$/,
  },
  {
    why: 'rules of before the middle of 2026 do not name the risk',
    operation: /\/rules(\/\{id\})?$/,
    difference: /^\+ (\/\[\])?\/conditions\/riskScore object$/,
  },
  {
    why: 'the default brand of a recorded org had been changed, or has a domain for its mails',
    operation: /\/brands(\/\{id\})?$/,
    difference:
      /\/(customPrivacyPolicyUrl|emailDomainId|_links\/emailDomain|_embedded|defaultApp\/appInstanceId) /,
  },
  {
    why: 'brands of 2021 came without pages',
    operation: /^GET .*\/brands$/,
    difference: /^\+ header link$/,
  },
  {
    why: 'a token of a recorded org may have no window',
    operation: /^GET .*\/api-tokens$/,
    difference: /^\/\[\]\/tokenWindow /,
  },
  {
    why: 'an entitlement of some orgs',
    operation: /okta-organization$/,
    difference: /^- \/settings\/op4wEnabled boolean$/,
  },
  {
    why: 'policies of 2020 to 2022 lack these members',
    operation: /\/policies(\/\{id\})?$/,
    difference: /^\+ (\/\[\])?\/(_links\/mappings|settings\/password\/breachedProtection) object$/,
  },
  {
    why: 'one recording of 2026 lists authentication policies without saying that they are of apps',
    operation: /\/policies$/,
    difference: /^\+ \/\[\]\/_embedded object$/,
  },
  {
    why: 'this org has the default policy alone, which cannot be deactivated',
    operation: /\/policies$/,
    difference: /^- \/\[\]\/_links\/deactivate object$/,
  },
];

/** The lines that nothing allows, each with its operation and where it was recorded. */
export function unlisted(played: readonly Played[]): string[] {
  const allowed = [...allowedStatuses, ...allowedShapes];
  return played.flatMap(({ recording, operation, differences }) =>
    differences
      .filter((line) => !allowed.some((each) => fits(each, operation, line)))
      .map((line) => `${operation} ${line} (${recording})`),
  );
}

/** Says nothing about how alike the answers are: outdated, or about what is not offered. */
export function isSetAside({ operation, differences }: Played): boolean {
  return allowedStatuses.some(
    (each) =>
      (each.outdated === true || each.notOffered === true) &&
      differences.some((line) => fits(each, operation, line)),
  );
}

/** Entries that nothing needs any more. */
export function unused(played: readonly Played[]): string[] {
  return [...allowedStatuses, ...allowedShapes]
    .filter(
      (each) =>
        !played.some(({ operation, differences }) =>
          differences.some((line) => fits(each, operation, line)),
        ),
    )
    .map(({ why }) => why);
}

function fits({ operation, difference }: Allowed, of: string, line: string): boolean {
  return operation.test(of) && difference.test(line);
}
