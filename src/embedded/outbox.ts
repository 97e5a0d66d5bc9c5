import { Hono } from 'hono';
import { html } from 'hono/html';
import type { Mail, MailTokenEntity } from './entities.ts';
import { openMailToken } from './mail.ts';
import type { Org } from './org.ts';
import { type Html, page, strict } from './page.ts';
import type { EmbeddedEnv } from './reply.ts';

/** The mails and text messages of this org and the pages that they link to; a person needs no mailbox. */
export function outboxRoutes(org: Org): Hono<EmbeddedEnv> {
  const app = new Hono<EmbeddedEnv>();
  const newestFirst = () => org.store.mails.toReversed();
  for (const path of ['/outbox', '/signin/*', '/reset_password/*', '/welcome/*']) {
    app.use(path, strict, async (c, next) => {
      await next();
      c.header('cache-control', 'no-store');
    });
  }
  app.get('/outbox', (c) => c.html(outboxPage(newestFirst())));
  app.get('/outbox.json', (c) => {
    c.header('cache-control', 'no-store');
    c.header('vary', 'Origin');
    const origin = c.req.header('origin');
    if (isGraphiql(org, origin)) c.header('access-control-allow-origin', origin);
    return c.json(newestFirst());
  });
  for (const path of [
    '/signin/reset-password/:token',
    '/signin/unlock-account/:token',
    '/reset_password/:token',
    '/welcome/:token',
  ]) {
    app.get(path, async (c) => {
      const opened = openMailToken(org, c.req.param('token') ?? '');
      if (opened === null) return c.html(deadLinkPage(), 404);
      return c.html(tokenPage(opened.entity, org.graphiqlUrl));
    });
  }
  return app;
}

/** GraphiQL fills in what was mailed; it may have been opened by either name of this machine. */
function isGraphiql({ graphiqlUrl }: Org, origin: string | undefined): origin is string {
  if (graphiqlUrl === null || origin === undefined) return false;
  const { protocol, port } = new URL(graphiqlUrl);
  return ['127.0.0.1', 'localhost'].some((host) => origin === `${protocol}//${host}:${port}`);
}

function outboxPage(mails: readonly Mail[]): Html {
  const body =
    mails.length === 0
      ? html`<p>No mail yet. Sign up or ask for a password reset, then load this page again.</p>`
      : html`${mails.map(mailArticle)}`;
  return page('Outbox', body);
}

function mailArticle(mail: Mail): Html {
  return html`
    <article aria-labelledby="${mail.id}">
      <h2 id="${mail.id}">${mail.subject}</h2>
      <dl>
        <dt>To</dt><dd>${mail.to}</dd>
        <dt>Sent</dt><dd><time datetime="${mail.sentAt}">${mail.sentAt}</time></dd>
        ${mail.token === null ? '' : html`<dt>Token</dt><dd><code>${mail.token}</code></dd>`}
        ${mail.link === null ? '' : html`<dt>Link</dt><dd><a href="${mail.link}">${mail.link}</a></dd>`}
        ${mail.code === null ? '' : html`<dt>Code</dt><dd><code>${mail.code}</code></dd>`}
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

function tokenPage({ token, purpose }: MailTokenEntity, graphiqlUrl: string | null): Html {
  const [title, use] = purposes[purpose];
  const graphiql =
    graphiqlUrl === null
      ? ''
      : html`<p><a href="${graphiqlUrl}">Open GraphiQL</a> and paste the token there.</p>`;
  return page(
    title,
    html`
      <p>Copy this token to ${use}. It works once.</p>
      <p><code>${token}</code></p>
      ${graphiql}
      <p><a href="/outbox">Back to the outbox</a></p>
    `,
  );
}

function deadLinkPage(): Html {
  return page(
    'This link does not work any more',
    html`<p>It was used or is too old. <a href="/outbox">Look for a newer mail</a>.</p>`,
  );
}
