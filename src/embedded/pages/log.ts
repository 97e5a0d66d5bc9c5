import { html } from 'hono/html';
import type { LogEntity, LogEvent } from '../events/log-event.ts';
import type { Org } from '../org.ts';
import { findClient } from '../settings/apps.ts';
import { type Html, page } from './layout.ts';
import { table, when } from './parts.ts';

const shown = 200;

export function logPage(org: Org): Html {
  const events = org.events.all().map(({ event }) => event);
  const rows = events
    .slice(-shown)
    .toReversed()
    .map((event) => eventRow(org, event));
  const more =
    events.length > shown ? html`<p class="soft">The last ${String(shown)} events.</p>` : '';
  const columns = ['When', 'Event', 'What', 'Actor', 'Target', 'Outcome'];
  const list =
    rows.length === 0
      ? html`<p>Nothing has happened yet. Sign in, then look here.</p>`
      : table(columns, rows);
  return page(org, '/log', 'System Log', html`${more}${list}`);
}

function eventRow(
  org: Org,
  { published, eventType, displayMessage, actor, target, outcome }: LogEvent,
): Html {
  const { result, reason } = outcome;
  return html`<tr>
    <td>${when(published)}</td>
    <td><code>${eventType}</code></td>
    <td>${displayMessage}</td>
    <td>${entity(org, actor)}</td>
    <td>${(target ?? []).map((one) => html`<div>${entity(org, one)}</div>`)}</td>
    <td class="${result === 'FAILURE' ? 'failure' : ''}">${reason === undefined ? result : `${result}: ${reason}`}</td>
  </tr>`;
}

function entity({ store }: Org, { id, type, alternateId, displayName }: LogEntity): Html {
  const name = alternateId ?? displayName;
  if (store.users.has(id)) return html`<a href="/users#${id}">${name}</a>`;
  if (findClient(store.resources, id) !== null) return html`<a href="/#${id}">${displayName}</a>`;
  return html`${name} <span class="soft">${type}</span>`;
}
