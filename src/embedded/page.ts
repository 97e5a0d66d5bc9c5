import { html } from 'hono/html';
import { secureHeaders } from 'hono/secure-headers';

export type Html = ReturnType<typeof html>;

/** The pages show live tokens: nothing of them may be kept, framed, or travel on in a Referer. */
export const strict = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: ["'unsafe-inline'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
  referrerPolicy: 'no-referrer',
  strictTransportSecurity: false,
});

const style = html`
  <style>
    :root { color-scheme: light dark; }
    body { font: 1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
    article { border-top: 1px solid; padding: 1rem 0; }
    dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; margin: 0; }
    dd { margin: 0; overflow-wrap: anywhere; }
    code { font: 1.1rem ui-monospace, monospace; user-select: all; }
    button { font: inherit; padding: 0.25rem 1rem; margin: 0.5rem 0.5rem 0 0; }
  </style>
`;

export function page(title: string, body: Html): Html {
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
