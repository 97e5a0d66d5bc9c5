import { type Context, Hono } from 'hono';
import { csrf } from 'hono/csrf';
import { HTTPException } from 'hono/http-exception';
import { answerPush, pendingPushes } from '../factors/push.ts';
import { type EmbeddedEnv, errorAnswer } from '../http/responses.ts';
import { openMailToken } from '../mail.ts';
import type { Org } from '../org.ts';
import { homePage } from './home.ts';
import { strict } from './layout.ts';
import { logPage } from './log.ts';
import { deadLinkPage, outboxPage, tokenPage } from './outbox.ts';
import { answeredPage, pushPage } from './push.ts';
import { usersPage } from './users.ts';

/** Where the links in mails lead. */
const tokenPaths = [
  '/signin/reset-password/:token',
  '/signin/unlock-account/:token',
  '/reset_password/:token',
  '/welcome/:token',
];

/** The pages of this org for a browser: Okta's consoles, a mailbox and a phone. */
export function pagesRoutes(org: Org): Hono<EmbeddedEnv> {
  const app = new Hono<EmbeddedEnv>();
  for (const path of ['/', '/outbox', '/users', '/log', '/push', '/push/:id', ...tokenPaths]) {
    app.use(path, strict);
  }
  app.get('/', (c) => c.html(homePage(org)));
  app.get('/users', (c) => c.html(usersPage(org)));
  app.get('/log', (c) => c.html(logPage(org)));
  app.get('/outbox', (c) => c.html(outboxPage(org, c.req.query('user'))));
  app.get('/outbox.json', (c) => outboxJson(org, c));
  for (const path of tokenPaths) {
    app.get(path, async (c) => {
      const opened = openMailToken(org, c.req.param('token') ?? '');
      if (opened === null) return c.html(deadLinkPage(org), 404);
      return c.html(tokenPage(org, opened.entity));
    });
  }
  // Another site in the same browser must not approve anything.
  app.use('/push/:id', csrf());
  app.get('/push', (c) => c.html(pushPage(org)));
  app.post('/push/:id', (c) => answer(org, c));
  app.onError((error) =>
    error instanceof HTTPException ? error.getResponse() : errorAnswer(error),
  );
  return app;
}

async function answer(org: Org, c: Context<EmbeddedEnv>): Promise<Response> {
  const push = pendingPushes(org).find(({ id }) => id === c.req.param('id'));
  if (push === undefined) return c.html(answeredPage(org), 404);
  const choice = (await c.req.formData()).get('answer');
  const number = Number(choice);
  answerPush(push, {
    approved: choice !== 'deny',
    choice: Number.isInteger(number) ? number : null,
  });
  return c.redirect('/push', 303);
}

function outboxJson(org: Org, c: Context<EmbeddedEnv>): Response {
  c.header('cache-control', 'no-store');
  c.header('vary', 'Origin');
  const origin = c.req.header('origin');
  if (isGraphiql(org, origin)) c.header('access-control-allow-origin', origin);
  return c.json(org.store.mails.toReversed());
}

/** GraphiQL fills in values from mails. It may be open at either loopback name. */
function isGraphiql({ graphiqlUrl }: Org, origin: string | undefined): origin is string {
  if (graphiqlUrl === null || origin === undefined) return false;
  const { protocol, port } = new URL(graphiqlUrl);
  return ['127.0.0.1', 'localhost'].some((host) => origin === `${protocol}//${host}:${port}`);
}
