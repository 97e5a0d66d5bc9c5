import type { EmbeddedOkta, SeedUser } from '../../embedded/handle.ts';
import type { OrgSeed } from './seed-schema.ts';

interface Described {
  readonly seed: OrgSeed;
  /** Null: nothing is kept. */
  readonly file: string | null;
  /** Started as a new org. */
  readonly empty: boolean;
}

/** What a person, or the configuration of a test, needs to use the org: lines for a terminal. */
export function describeOrg(
  okta: EmbeddedOkta,
  { seed, file, empty }: Described,
): readonly string[] {
  const { url, issuer, seeded } = okta;
  return [
    '',
    'The embedded Okta org is running. It is for development and tests.',
    '',
    ...rows([
      ['Org URL', url],
      ['Issuer', issuer],
      ['Audience', 'api://default'],
      ['Admin token', seeded.apiToken],
      ['Users', `${url}/users`],
      ['Outbox', `${url}/outbox`],
      ['Push', `${url}/push`],
      ['System Log', `${url}/log`],
      ['Saved in', file ?? 'no file: everything is lost when it stops'],
    ]),
    '',
    ...section('Apps', [...(empty ? [] : ownAppsOf(okta)), ...appsOf(seed)]),
    ...section('Users', usersOf(empty ? [] : [okta.seeded.customer], seed)),
    ...(empty ? [nextStep(url, seeded.apiToken), ''] : []),
    ...(file === null
      ? []
      : [`Accounts that were in ${file} before have their state from it.`, '']),
  ];
}

function section(title: string, entries: readonly string[]): readonly string[] {
  return entries.length === 0 ? [`${title}: none`, ''] : [title, ...entries, ''];
}

/** An empty org is there to be set up. */
function nextStep(url: string, adminToken: string): string {
  return `Set it up:\n  OKTA_ADMIN_TOKEN=${adminToken} \\\n    okta-account-api setup --org ${url}`;
}

function ownAppsOf({ seeded }: EmbeddedOkta): readonly string[] {
  const { apiClient, serviceClient, managementApp } = seeded;
  return [
    ...entry('Account API: log-in by password and authorization code', [
      ['Client id', apiClient.clientId],
      ['Client secret', apiClient.clientSecret],
      ['Redirect URI', apiClient.redirectUri],
    ]),
    ...entry(`Backend service: client credentials, scope ${serviceClient.scope}`, [
      ['Client id', serviceClient.clientId],
      ['Client secret', serviceClient.clientSecret],
    ]),
    ...entry('Management API: private_key_jwt with a new key at each start', [
      ['Client id', managementApp.clientId],
      ['Key id', managementApp.keyId],
    ]),
  ];
}

function appsOf({ clients = [] }: OrgSeed): readonly string[] {
  return clients.flatMap(({ clientId, label, secret, redirectUris }) =>
    entry(label, [
      ['Client id', clientId],
      ['Client secret', secret ?? 'none: a public client'],
      ...redirectUris.map((uri) => ['Redirect URI', uri] as const),
    ]),
  );
}

function usersOf(own: readonly SeedUser[], { users = [] }: OrgSeed): readonly string[] {
  // A seeded user takes the place of the demo customer where it has the same login.
  const byLogin = new Map<string, SeedUser>();
  for (const user of [...own, ...users]) byLogin.set(loginOf(user).toLowerCase(), user);
  return [...byLogin.values()].flatMap(({ status = 'ACTIVE', ...user }) =>
    entry(status === 'ACTIVE' ? loginOf(user) : `${loginOf(user)} (${status})`, [
      ...(loginOf(user) === user.email ? [] : [['E-mail', user.email] as const]),
      ['Password', user.password ?? 'none'],
      ...(user.factors ?? []).map((factor) => ['Factor', describeFactor(factor)] as const),
    ]),
  );
}

function loginOf({ login, email }: SeedUser): string {
  return login ?? email;
}

function describeFactor(factor: NonNullable<SeedUser['factors']>[number]): string {
  switch (factor.type) {
    case 'token:software:totp':
      return `${factor.type}, secret ${factor.secret}`;
    case 'sms':
      return `sms to ${factor.phoneNumber}`;
    case 'push':
      return factor.numberMatching === true ? 'push with number matching' : 'push';
    case 'email':
      return 'email';
  }
}

type Row = readonly [name: string, value: string];

function entry(title: string, of: readonly Row[]): readonly string[] {
  return ['', `  ${title}`, ...rows(of).map((line) => `  ${line}`)];
}

function rows(of: readonly Row[]): readonly string[] {
  return of.map(([name, value]) => `  ${name.padEnd(15)} ${value}`);
}
