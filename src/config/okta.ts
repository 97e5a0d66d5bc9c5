import { isOrgServer, type OktaSettings } from '../config.ts';
import { readIssuer } from './issuer.ts';
import type { Settings } from './settings.ts';

export const defaultCallTimeoutMs = 3000;
export const defaultScopes = 'openid profile email offline_access';

/** For an environment that has Okta settings. */
export function readOkta(settings: Settings, logInFlow: OktaSettings['logInFlow']): OktaSettings {
  const { issuer, orgUrl } = readIssuer(settings);
  const clientId =
    settings.required(
      'OKTA_CLIENT_ID',
      'Copy the client id of the app (Okta admin console: Applications).',
    ) ?? '';
  const acceptedClientIds = settings.list('OKTA_ACCEPTED_CLIENT_IDS');
  return {
    issuer,
    orgUrl,
    // For the org authorization server, Okta sets the org URL as audience.
    audience:
      settings.text('OKTA_AUDIENCE') ??
      (isOrgServer({ issuer, orgUrl }) ? orgUrl : 'api://default'),
    clientId,
    logInFlow,
    redirectUri: readRedirectUri(settings, logInFlow),
    scopes: readScopes(settings),
    acceptedClientIds: acceptedClientIds.length > 0 ? acceptedClientIds : [clientId],
    signUpGroupIds: readGroupIds(settings),
    userBatchSize: settings.integer('OKTA_USER_BATCH_SIZE', { fallback: 100, min: 1, max: 200 }),
    callTimeoutMs: settings.integer('OKTA_CALL_TIMEOUT_MS', {
      fallback: defaultCallTimeoutMs,
      min: 100,
      max: 30_000,
    }),
  };
}

function readRedirectUri(settings: Settings, logInFlow: OktaSettings['logInFlow']): string | null {
  const name = 'OKTA_REDIRECT_URI';
  const fix = 'Set it to a Sign-in redirect URI of the app; nothing is ever sent there.';
  const uri = logInFlow === 'authn' ? settings.required(name, fix) : settings.text(name);
  if (uri !== null && (!URL.canParse(uri) || uri.includes('#'))) {
    settings.report(name, 'It is not an absolute address without a fragment.', fix);
  }
  return uri;
}

function readScopes(settings: Settings): readonly string[] {
  const name = 'OKTA_SCOPES';
  const text = settings.text(name) ?? defaultScopes;
  const scopes = [...new Set(text.split(/\s+/))];
  if (text.includes(',')) {
    settings.report(name, 'It holds a comma.', 'Separate scopes by spaces.');
    return scopes;
  }
  if (!scopes.includes('openid')) {
    settings.report(name, 'It lacks `openid`, without which there is no ID token.', 'Add openid.');
  }
  if (!scopes.includes('offline_access')) {
    settings.report(
      name,
      'It lacks `offline_access`, without which there is no refresh token.',
      'Add offline_access, and allow it in the access policy of the authorization server.',
    );
  }
  return scopes;
}

function readGroupIds(settings: Settings): readonly string[] {
  const name = 'OKTA_SIGN_UP_GROUP_IDS';
  const ids = settings.list(name);
  if (!ids.every((id) => /^\w+$/.test(id))) {
    settings.report(
      name,
      'It holds something that is not an id.',
      'Give ids such as 00g1emaKYZTWRYYRRTSK, separated by commas: not the names of groups.',
    );
  }
  return ids;
}
