import { html } from 'hono/html';
import type { Org } from '../org.ts';
import type { UserEntity } from '../store/entities.ts';
import type { Html } from './layout.ts';

/** The page's script shows it as "12 s ago". @param at epoch milliseconds or ISO 8601 */
export function when(at: number | string): Html {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso}</time>`;
}

/** A text with a copy button. */
export function copyable(text: string): Html {
  return html`<code>${text}</code>${copyButton(text)}`;
}

/** The page's script makes it work. */
export function copyButton(text: string): Html {
  return html`<button type="button" class="copy" data-copy="${text}" aria-label="Copy ${text}">Copy</button>`;
}

/** A login that links to its account. */
export function userLink({ id, profile }: UserEntity): Html {
  return html`<a href="/users#${id}">${profile.login}</a>`;
}

/**
 * The owner of a mailbox or phone; null: there is none, for example of an address that is not
 * confirmed yet.
 */
export function ownerOf({ store }: Org, address: string): UserEntity | null {
  const isTheirs = ({ profile }: UserEntity) =>
    profile.email.toLowerCase() === address.toLowerCase();
  for (const user of store.users.values()) if (isTheirs(user)) return user;
  for (const factor of store.factors.values()) {
    if (factor.address === address) return store.users.get(factor.userId) ?? null;
  }
  return null;
}

export function table(columns: readonly string[], rows: readonly Html[]): Html {
  return html`<div class="table"><table>
    <thead><tr>${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
    <tbody>${rows}</tbody>
  </table></div>`;
}
