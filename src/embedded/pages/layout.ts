import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { MiddlewareHandler } from 'hono';
import { html, raw } from 'hono/html';
import { secureHeaders } from 'hono/secure-headers';
import type { EmbeddedEnv } from '../http/responses.ts';
import type { Org } from '../org.ts';

export type Html = ReturnType<typeof html>;

const read = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8');
const script = read('org.js');
const style = read('org.css');

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const headers = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: [hashOf(script)],
    styleSrc: [hashOf(style)],
    imgSrc: ['data:'],
    connectSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  referrerPolicy: 'no-referrer',
  strictTransportSecurity: false,
});

/** The pages show live tokens and secrets: they must not be cached, framed, or leak in a Referer. */
export const strict: MiddlewareHandler<EmbeddedEnv> = async (c, next) => {
  await headers(c, async () => {
    await next();
    c.header('cache-control', 'no-store');
  });
};

const pages = [
  ['/', 'Overview'],
  ['/outbox', 'Outbox'],
  ['/push', 'Push'],
  ['/users', 'Users'],
  ['/log', 'System Log'],
] as const;

/** @param path of the page itself; null: it is not in the navigation */
export function page(org: Org, path: string | null, title: string, body: Html): Html {
  const links = pages.map(([to, name]) =>
    to === path
      ? html`<a href="${to}" aria-current="page">${name}</a>`
      : html`<a href="${to}">${name}</a>`,
  );
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <link rel="icon" href="data:," />
        <title>${title} · embedded Okta org</title>
        <style>${raw(style)}</style>
      </head>
      <body data-now="${new Date(org.now()).toISOString()}">
        <header>
          <strong>Embedded Okta org</strong>
          ${links}
          ${org.graphiqlUrl === null ? '' : html`<a href="${org.graphiqlUrl}">GraphiQL</a>`}
        </header>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
        <script>${raw(script)}</script>
      </body>
    </html>`;
}
