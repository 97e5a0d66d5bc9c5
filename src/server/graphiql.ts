import { createHash } from 'node:crypto';
import type { Answer } from './refusal.ts';

/** One ready-made tab; `variables` and `headers` are JSON texts. */
export interface Tab {
  readonly query: string;
  readonly variables: string;
  readonly headers: string;
}

/**
 * GraphiQL as one page that asks for nothing else: scripts, styles and workers are in it. The package
 * takes 50 MB of memory, so it is loaded at the first visit and never in production.
 */
export async function loadPage(tabs: readonly Tab[]): Promise<Answer> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const options = { title: 'Account API', defaultTabs: [...tabs] };
  const root = '<div id="root"></div>';
  const page = renderGraphiQL(options).replace(root, `${root}<script>${forgetful}</script>`);
  return {
    status: 200,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': contentSecurityPolicy(page),
      'Referrer-Policy': 'no-referrer',
    },
    body: Buffer.from(page),
  };
}

/**
 * GraphiQL keeps what is typed in the browser, and Yoga's writes each edit into the address: places
 * where passwords and tokens would stay. Memory of the page it is, so a reload gives the tabs anew.
 */
const forgetful = `
  const kept = new Map();
  const storage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, String(value)),
    removeItem: (key) => void kept.delete(key),
    clear: () => kept.clear(),
    key: (index) => [...kept.keys()][index] ?? null,
    get length() { return kept.size; },
  };
  Object.defineProperty(window, 'localStorage', { value: storage });
  history.replaceState({}, '', location.pathname);
  history.replaceState = () => {};
`;

/** The page's own scripts by their hashes, its workers, and this origin to talk to: nothing from outside. */
function contentSecurityPolicy(page: string): string {
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
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
