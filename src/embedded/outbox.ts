import { Hono } from 'hono';
import { html } from 'hono/html';
import { secureHeaders } from 'hono/secure-headers';
import type { Mail } from './entities.ts';
import { openMailToken } from './mail.ts';
import type { Org } from './org.ts';
import type { EmbeddedEnv } from './reply.ts';

type Html = ReturnType<typeof html>;

// The pages show live tokens: nothing of them may be kept, framed, or travel on in a Referer.
const strict = secureHeaders({
  contentSecurityPolicy: { defaultSrc: ["'none'"], styleSrc: ["'unsafe-inline'"] },
  referrerPolicy: 'no-referrer',
  strictTransportSecurity: false,
});

/** The mails of this org and the pages that they link to; a person needs no mailbox. */
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
    return c.json(newestFirst());
  });
  for (const path of [
    '/signin/reset-password/:token',
    '/reset_password/:token',
    '/welcome/:token',
  ]) {
    app.get(path, async (c) => {
      const opened = openMailToken(org, c.req.param('token') ?? '');
      if (opened === null) return c.html(deadLinkPage(), 404);
      return c.html(tokenPage(opened.entity.token, opened.entity.purpose, org.graphiqlUrl));
    });
  }
  return app;
}

const style = html`
  <style>
    :root { color-scheme: light dark; }
    body { font: 1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
    article { border-top: 1px solid; padding: 1rem 0; }
    dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; margin: 0; }
    dd { margin: 0; overflow-wrap: anywhere; }
    code { font: 1.1rem ui-monospace, monospace; user-select: all; }
  </style>
`;

function page(title: string, body: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title} · embedded Okta org</title>
        ${style}
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html>`;
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
        <dt>Token</dt><dd><code>${mail.token}</code></dd>
        <dt>Link</dt><dd><a href="${mail.link}">${mail.link}</a></dd>
      </dl>
    </article>
  `;
}

function tokenPage(
  token: string,
  purpose: 'ACTIVATION' | 'PASSWORD_RECOVERY',
  graphiqlUrl: string | null,
): Html {
  const [title, use] =
    purpose === 'ACTIVATION'
      ? ['Activate your account', 'activate the account']
      : ['Reset your password', 'choose a new password'];
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
