import { html } from 'hono/html';
import { pendingPushes } from '../factors/push.ts';
import type { Org } from '../org.ts';
import type { PushEntity } from '../store/factor-entities.ts';
import { type Html, page } from './layout.ts';
import { userLink } from './parts.ts';

/** The phones of this org's users, all on one page. */
export function pushPage(org: Org): Html {
  const pushes = pendingPushes(org).toReversed();
  const body =
    pushes.length === 0
      ? html`<p>No push is waiting. Sign in with a push factor: the push shows here by itself.</p>`
      : html`${pushes.map((push) => pushArticle(org, push))}`;
  return page(org, '/push', 'Push', body);
}

function pushArticle(org: Org, push: PushEntity): Html {
  const user = org.store.users.get(push.userId);
  const whose = user === undefined ? '' : userLink(user);
  const approvals =
    push.numbers === null
      ? html`<button name="answer" value="approve">Yes, it's me</button>`
      : html`${push.numbers.choices.map(
          (number) => html`<button name="answer" value="${String(number)}">${number}</button>`,
        )}`;
  return html`
    <article aria-labelledby="${push.id}">
      <h2 id="${push.id}">${user?.profile.login ?? ''}: did you just try to sign in?</h2>
      <p>${whose}${push.numbers === null ? '' : html`: choose the number that the sign-in shows`}</p>
      <form method="post" action="/push/${push.id}">
        ${approvals}
        <button name="answer" value="deny">No, it's not me</button>
      </form>
    </article>
  `;
}

export function answeredPage(org: Org): Html {
  return page(
    org,
    null,
    'Nothing to answer',
    html`<p>It was answered or is too old. <a href="/push">See what is waiting</a>.</p>`,
  );
}
