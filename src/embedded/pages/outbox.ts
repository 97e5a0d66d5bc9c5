import { html } from 'hono/html';
import type { Org } from '../org.ts';
import type { Mail, MailTokenEntity } from '../store/entities.ts';
import { type Html, page } from './layout.ts';
import { copyable, copyButton, ownerOf, userLink, when } from './parts.ts';

/** @param userId shows only the mails of this user; undefined: of all users */
export function outboxPage(org: Org, userId: string | undefined): Html {
  const mails = org.store.mails
    .toReversed()
    .filter(({ to }) => userId === undefined || ownerOf(org, to)?.id === userId);
  const all = userId === undefined ? '' : html`<p><a href="/outbox">Mails of all users</a></p>`;
  const list =
    mails.length === 0
      ? html`<p>No mail yet. Sign up or ask for a password reset: mails show here by themselves.</p>`
      : html`${mails.map((mail) => mailArticle(org, mail))}`;
  return page(org, '/outbox', 'Outbox', html`${all}${list}`);
}

function mailArticle(org: Org, { id, to, subject, sentAt, token, link, code }: Mail): Html {
  const owner = ownerOf(org, to);
  const isTheirLogin = owner?.profile.login.toLowerCase() === to.toLowerCase();
  return html`
    <article id="${id}" aria-labelledby="${id}-subject">
      <h2 id="${id}-subject">${when(sentAt)}To ${to}: ${subject}</h2>
      <dl>
        ${token === null ? '' : html`<dt>Token</dt><dd>${copyable(token)}</dd>`}
        ${code === null ? '' : html`<dt>Code</dt><dd>${copyable(code)}</dd>`}
        ${link === null ? '' : html`<dt>Link</dt><dd><a href="${link}">${link}</a>${copyButton(link)}</dd>`}
        ${owner === null ? '' : html`<dt>Account</dt><dd>${userLink(owner)}${isTheirLogin ? '' : html` <span class="soft">${owner.status}</span>`}</dd>`}
      </dl>
    </article>
  `;
}

const purposes: Readonly<
  Record<MailTokenEntity['purpose'], readonly [title: string, use: string]>
> = {
  ACTIVATION: ['Activate your account', 'activate the account'],
  PASSWORD_RECOVERY: ['Reset your password', 'choose a new password'],
  ACCOUNT_UNLOCK: ['Unlock your account', 'unlock the account'],
};

/** The page that the link in a mail opens. */
export function tokenPage(org: Org, { token, purpose, userId }: MailTokenEntity): Html {
  const [title, use] = purposes[purpose];
  const user = org.store.users.get(userId);
  const graphiql =
    org.graphiqlUrl === null
      ? ''
      : html`<p><a href="${org.graphiqlUrl}">Open GraphiQL</a> and paste the token there.</p>`;
  return page(
    org,
    null,
    title,
    html`
      <p>Copy this token to ${use}${user === undefined ? '' : html` of ${userLink(user)}`}. It works once.</p>
      <p>${copyable(token)}</p>
      ${graphiql}
      <p><a href="/outbox">Back to the outbox</a></p>
    `,
  );
}

export function deadLinkPage(org: Org): Html {
  return page(
    org,
    null,
    'This link does not work any more',
    html`<p>It was used or is too old. <a href="/outbox">Look for a newer mail</a>.</p>`,
  );
}
