import { Hono } from 'hono';
import { csrf } from 'hono/csrf';
import { html } from 'hono/html';
import { HTTPException } from 'hono/http-exception';
import type { Org } from '../org.ts';
import { type Html, page, strict } from '../page.ts';
import { type EmbeddedEnv, errorAnswer } from '../reply.ts';
import type { PushEntity } from './entities.ts';
import { answerPush, pendingPushes } from './push.ts';

/** The phones of this org's users, all on one page. */
export function pushRoutes(org: Org): Hono<EmbeddedEnv> {
  const app = new Hono<EmbeddedEnv>();
  // Another site in the same browser must not approve anything.
  app.use('/push/*', strict, csrf());
  app.use('/push', strict, async (c, next) => {
    await next();
    c.header('cache-control', 'no-store');
  });
  app.get('/push', (c) => c.html(pushPage(org, pendingPushes(org).toReversed())));
  app.post('/push/:id', async (c) => {
    const push = pendingPushes(org).find(({ id }) => id === c.req.param('id'));
    if (push === undefined) return c.html(answeredPage(), 404);
    const answer = (await c.req.formData()).get('answer');
    const choice = Number(answer);
    answerPush(push, {
      approved: answer !== 'deny',
      choice: Number.isInteger(choice) ? choice : null,
    });
    return c.redirect('/push', 303);
  });
  app.onError((error) =>
    error instanceof HTTPException ? error.getResponse() : errorAnswer(error),
  );
  return app;
}

function pushPage(org: Org, pushes: readonly PushEntity[]): Html {
  const body =
    pushes.length === 0
      ? html`<p>No push is waiting. Sign in with a push factor, then load this page again.</p>`
      : html`${pushes.map((push) => pushArticle(org, push))}`;
  return page('Push', body);
}

function pushArticle(org: Org, push: PushEntity): Html {
  const login = org.store.users.get(push.userId)?.profile.login ?? '';
  const approvals =
    push.numbers === null
      ? html`<button name="answer" value="approve">Yes, it's me</button>`
      : html`${push.numbers.choices.map(
          (number) => html`<button name="answer" value="${String(number)}">${number}</button>`,
        )}`;
  return html`
    <article aria-labelledby="${push.id}">
      <h2 id="${push.id}">Did you just try to sign in?</h2>
      <p>${login}${push.numbers === null ? '' : html`: choose the number that the sign-in shows`}</p>
      <form method="post" action="/push/${push.id}">
        ${approvals}
        <button name="answer" value="deny">No, it's not me</button>
      </form>
    </article>
  `;
}

function answeredPage(): Html {
  return page(
    'Nothing to answer',
    html`<p>It was answered or is too old. <a href="/push">See what is waiting</a>.</p>`,
  );
}
