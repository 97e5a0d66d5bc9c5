import { html } from 'hono/html';
import type { Org } from '../org.ts';
import type { UserEntity } from '../store/entities.ts';
import { type Html, page } from './layout.ts';
import { copyable, ownerOf, table, when } from './parts.ts';

export function usersPage(org: Org): Html {
  const users = [...org.store.users.values()].toReversed();
  const rows = users.map((user) => userRow(org, user));
  const columns = ['Login', 'Name', 'Status', 'Factors', 'Last sign-in', 'Created', 'Mails', 'Id'];
  return page(org, '/users', 'Users', table(columns, rows));
}

function userRow(org: Org, user: UserEntity): Html {
  const { id, profile, status, lastLogin, created } = user;
  const names = [profile['firstName'], profile['lastName']].filter((name) => name !== undefined);
  const factors = [...org.store.factors.values()]
    .filter(({ userId }) => userId === id)
    .map((factor) => (factor.status === 'ACTIVE' ? factor.type : `${factor.type} (pending)`));
  const mails = org.store.mails.filter(({ to }) => ownerOf(org, to)?.id === id).length;
  return html`<tr id="${id}">
    <td>${profile.login}${profile.email === profile.login ? '' : html`<br /><span class="soft">${profile.email}</span>`}</td>
    <td>${names.join(' ')}</td>
    <td><span class="status">${status}</span></td>
    <td>${factors.join(', ')}</td>
    <td>${lastLogin === null ? '' : when(lastLogin)}</td>
    <td>${when(created)}</td>
    <td>${mails === 0 ? '' : html`<a href="/outbox?user=${id}">${String(mails)}</a>`}</td>
    <td>${copyable(id)}</td>
  </tr>`;
}
