import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { HttpResponse } from '../../http/http-error.ts';
import type { Tab } from './tour.ts';

/** What the page is rendered with. */
export interface PageOptions {
  readonly tabs: readonly Tab[];
  /** The embedded org; null: a real org, whose mails cannot be read here. */
  readonly org: {
    /** Without a slash at its end. */
    readonly url: string;
    readonly customer: { readonly email: string; readonly password: string };
  } | null;
}

const title = 'Account API';
const folder = new URL('./', import.meta.url);

/**
 * GraphiQL as one page that asks for nothing else: scripts, styles and workers are in it. The package
 * takes 50 MB of memory, so it is loaded at the first visit and never in production.
 */
export async function loadPage({ tabs, org }: PageOptions): Promise<HttpResponse> {
  const [{ renderGraphiQL }, script, style] = await Promise.all([
    import('@graphql-yoga/render-graphiql'),
    readFile(new URL('graphiql.js', folder), 'utf8'),
    readFile(new URL('graphiql.css', folder), 'utf8'),
  ]);
  const root = '<div id="root"></div>';
  const page = renderGraphiQL({ title, defaultTabs: [...tabs] })
    // A function, since `$` in a replacement text would be special.
    .replace('</head>', () => `<style>${style}</style></head>`)
    .replace(root, () => `${bar(org)}${root}<script>${script}</script>`);
  return {
    status: 200,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': contentSecurityPolicy(page, org?.url ?? null),
      'Referrer-Policy': 'no-referrer',
    },
    body: Buffer.from(page),
  };
}

/** Of the embedded org. */
const pages = [
  ['/', 'Okta org'],
  ['/outbox', 'Outbox'],
  ['/push', 'Push'],
  ['/users', 'Users'],
  ['/log', 'System Log'],
] as const;

/** The line above GraphiQL; the script fills its output. */
function bar(org: PageOptions['org']): string {
  const settings = {
    customer: org?.customer ?? {},
    outbox: org === null ? null : `${org.url}/outbox`,
  };
  const links = pages.map(
    ([path, name]) => `<a href="${org?.url}${path}" target="_blank" rel="noreferrer">${name}</a>`,
  );
  return `<header id="account-api" data-settings="${escaped(JSON.stringify(settings))}">
    <h1>${title}</h1>
    ${org === null ? '' : `<nav aria-label="Embedded Okta org">${links.join(' ')}</nav>`}
    <output aria-label="Values for the tabs"></output>
    <button type="button" name="forget" title="Forget these values">Forget</button>
  </header>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}

/**
 * The page's own scripts by their hashes, its workers, and this origin to talk to: nothing from
 * outside but the mails of the embedded org.
 */
function contentSecurityPolicy(page: string, orgUrl: string | null): string {
  const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
  return [
    "default-src 'none'",
    `script-src ${scripts.join(' ')} blob:`,
    'worker-src blob:',
    // The editor writes its styles at run time.
    "style-src 'unsafe-inline'",
    'font-src data:',
    'img-src data:',
    `connect-src 'self'${orgUrl === null ? '' : ` ${orgUrl}/outbox.json`}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
