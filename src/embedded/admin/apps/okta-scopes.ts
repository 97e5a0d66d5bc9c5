/** What Okta's own scopes are about: `okta.{this}.read` and `okta.{this}.manage`. */
const scoped = new Set([
  ...['apiTokens', 'appGrants', 'apps', 'authenticators', 'authorizationServers', 'behaviors'],
  ...['brands', 'captchas', 'clients', 'deviceAssurance', 'devices', 'domains', 'emailDomains'],
  ...['emailServers', 'eventHooks', 'factors', 'features', 'groups', 'identitySources', 'idps'],
  ...['inlineHooks', 'linkedObjects', 'logStreams', 'networkZones', 'orgs', 'policies'],
  ...['principalRateLimits', 'profileMappings', 'pushProviders', 'rateLimits', 'realms', 'roles'],
  ...['schemas', 'sessions', 'templates', 'threatInsights', 'trustedOrigins', 'uischemas'],
  ...['userTypes', 'users'],
]);

const readOnly = ['okta.logs.read', 'okta.operations.read'];

/** Whether Okta knows such a scope (https://developer.okta.com/docs/api/oauth2/). */
export function isOktaScope(scope: string): boolean {
  const [prefix, about = '', action = '', ...rest] = scope.split('.');
  if (readOnly.includes(scope)) return true;
  const isAction = action === 'read' || action === 'manage';
  return prefix === 'okta' && scoped.has(about) && isAction && rest.length === 0;
}
