import type { OktaSettings } from '../config.ts';
import type { Settings } from './settings.ts';

const name = 'OKTA_ISSUER';
/** What the host of the Admin Console has beyond that of its org. */
export const adminConsole = /-admin(?=\.okta(preview|-emea|-gov)?\.(com|mil)$)/;

/**
 * Reads OKTA_ISSUER. The issuer in every token is compared character by character, so a nearly correct
 * URL is still wrong.
 */
export function readIssuer(settings: Settings): Pick<OktaSettings, 'issuer' | 'orgUrl'> {
  const allowOrgServer =
    settings.choice('OKTA_ALLOW_ORG_SERVER', ['true', 'false'], 'false') === 'true';
  const issuer = settings.required(
    name,
    'Set it to the Issuer URI of the authorization server, for example https://acme.okta.com/oauth2/default (Okta admin console: Security > API).',
  );
  if (issuer === null) return { issuer: '', orgUrl: '' };
  const url = webAddress(issuer);
  if (url === null) {
    settings.report(
      name,
      'It is not a web address.',
      'Use an address such as https://acme.okta.com/oauth2/default.',
    );
    return { issuer: '', orgUrl: '' };
  }

  const serverId = serverIdOf(url);
  const isOrgServer = serverId === null && allowOrgServer;
  const host = url.host.replace(adminConsole, '').replace(/\.(?=:|$)/, '');
  const scheme = isLoopback(url.hostname) && !settings.production ? url.protocol : 'https:';
  const path = isOrgServer ? '' : `/oauth2/${serverId ?? 'default'}`;
  const expected = `${scheme}//${host}${path}`;

  const problems = [
    !hasScheme.test(issuer) && 'It has no https:// in front.',
    adminConsole.test(url.host) &&
      'It is the address of the admin console, which issues no tokens.',
    url.protocol !== scheme && 'It is http, so passwords and tokens would travel unencrypted.',
    serverId === null &&
      !allowOrgServer &&
      'It names the org authorization server, whose access tokens only Okta itself can check.',
    hasExtras(url) && 'It has a query, a fragment or credentials.',
    issuer.endsWith('/') && 'It ends with a slash, and the issuer in tokens does not.',
  ].filter((problem) => problem !== false);
  if (problems.length === 0 && issuer !== expected) {
    problems.push('It is not spelt as the issuer in tokens is.');
  }
  const orgServerHint =
    serverId === null && !allowOrgServer
      ? '\nTo check every token by introspection instead, set OKTA_ALLOW_ORG_SERVER=true.'
      : '';
  for (const problem of problems) settings.report(name, problem, `Use ${expected}${orgServerHint}`);
  return { issuer: expected, orgUrl: `${scheme}//${host}` };
}

const hasScheme = /^https?:/i;

/** Null for anything but http and https. A missing `https://` is added. */
function webAddress(issuer: string): URL | null {
  const isBare = /^[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:\/|$)/.test(issuer);
  const text = isBare ? `https://${issuer}` : issuer;
  return hasScheme.test(text) && URL.canParse(text) ? new URL(text) : null;
}

/** Null for the org authorization server. */
function serverIdOf({ pathname }: URL): string | null {
  const [, id = null] = /^\/oauth2\/(?!v1(?:\/|$))([\w-]+)/.exec(pathname) ?? [];
  return id?.toLowerCase() === 'default' ? 'default' : id;
}

/** True for addresses that never leave this machine, as a URL or a socket has them. */
export function isLoopback(hostname: string): boolean {
  return ['localhost', '[::1]', '::1'].includes(hostname) || /^127(\.\d+){3}$/.test(hostname);
}

function hasExtras(url: URL): boolean {
  return `${url.search}${url.hash}${url.username}${url.password}` !== '';
}
