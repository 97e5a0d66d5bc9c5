import { html } from 'hono/html';
import { issuerOf, type Org } from '../org.ts';
import { allClients } from '../settings/apps.ts';
import { defaultServerId } from '../settings/default-org.ts';
import type { ClientEntity } from '../store/oauth-settings.ts';
import { type Html, page } from './layout.ts';
import { copyable, copyButton, table } from './parts.ts';

/** An overview of the org and of its seeded credentials, all of which are in the source. */
export function homePage(org: Org): Html {
  const { store } = org;
  const counts = [
    ['/users', 'Users', store.users.size, 'accounts and their factors'],
    ['/outbox', 'Outbox', store.mails.length, 'mails and text messages that Okta would send'],
    ['/push', 'Push', null, 'pushes to approve or deny'],
    ['/log', 'System Log', org.events.all().length, 'what happened, as Okta logs it'],
  ] as const;
  const rows = counts.map(
    ([to, name, count, note]) =>
      html`<tr><td><a href="${to}">${name}</a></td><td>${count === null ? '' : String(count)}</td><td class="soft">${note}</td></tr>`,
  );
  return page(
    org,
    '/',
    'Overview',
    html`
      <p>This is a stand-in for Okta, for development on this machine. It refuses <code>NODE_ENV=production</code>.</p>
      ${table(['Page', 'Entries', ''], rows)}
      ${addresses(org)}
      <h2>Apps</h2>
      ${apps(allClients(store.resources))}
      ${mistake(org)}
    `,
  );
}

function addresses(org: Org): Html {
  const issuer = issuerOf(org, defaultServerId);
  const { email, password } = org.customer;
  return html`<section>
    <h2>Addresses and credentials</h2>
    <dl>
      <dt>Issuer</dt><dd>${copyable(issuer)}</dd>
      <dt>Discovery</dt><dd><a href="${issuer}/.well-known/openid-configuration">${issuer}/.well-known/openid-configuration</a></dd>
      ${org.graphiqlUrl === null ? '' : html`<dt>Account API</dt><dd><a href="${org.graphiqlUrl}">${org.graphiqlUrl}</a></dd>`}
      <dt>Customer</dt><dd>${copyable(email)} ${copyable(password)}</dd>
      <dt>API token</dt><dd>${copyable(org.apiToken)} <span class="soft">Authorization: SSWS …</span></dd>
    </dl>
  </section>`;
}

function apps(clients: readonly ClientEntity[]): Html {
  const rows = clients.map(
    ({
      label,
      clientId,
      secrets,
      authentication,
      grantTypes,
      redirectUris,
    }) => html`<tr id="${clientId}">
      <td>${label}</td>
      <td>${copyable(clientId)}</td>
      <td>${secrets[0] === undefined ? html`<span class="soft">none</span>` : copyable(secrets[0])}<br /><span class="soft">${authentication}</span></td>
      <td>${grantTypes.join(', ')}</td>
      <td>${redirectUris.join(', ')}</td>
    </tr>`,
  );
  return table(['App', 'Client id', 'Secret', 'Grants', 'Redirect URI'], rows);
}

/** The common mistake, as commands to try. */
function mistake(org: Org): Html {
  const app = allClients(org.store.resources).find(({ grantTypes }) =>
    grantTypes.includes('authorization_code'),
  );
  if (app === undefined) return html``;
  const { email, password } = org.customer;
  const commands = `SESSION_TOKEN=$(curl -s ${org.url()}/api/v1/authn -H 'Content-Type: application/json' \\
  -d '{"username":"${email}","password":"${password}"}' | sed 's/.*"sessionToken":"\\([^"]*\\)".*/\\1/')
curl -s ${issuerOf(org, defaultServerId)}/v1/token -u '${app.clientId}:${app.secrets[0]}' \\
  -d grant_type=authorization_code -d redirect_uri=${app.redirectUris[0]} -d code=$SESSION_TOKEN`;
  return html`<section>
    <h2>A sessionToken is not an authorization code</h2>
    <p>These two requests end in <code>invalid_grant</code>, “The authorization code is invalid or has expired.”, as they do at Okta. The app authenticates by HTTP Basic, its setting <code>client_secret_basic</code>; with the secret in the body the answer is <code>invalid_client</code>.</p>
    <pre>${commands}</pre>
    ${copyButton(commands)}
  </section>`;
}
