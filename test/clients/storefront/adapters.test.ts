import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { H3, serve } from 'h3';
import { Hono } from 'hono';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { account as expressAccount } from '../../../src/clients/storefront/adapters/express.ts';
import {
  accountOf,
  defineAccountMiddleware,
  writableAccountOf,
} from '../../../src/clients/storefront/adapters/h3.ts';
import { account } from '../../../src/clients/storefront/adapters/hono.ts';
import {
  accountProxy,
  actionSession,
  readSession,
} from '../../../src/clients/storefront/adapters/next.ts';
import {
  accountContext,
  accountMiddleware,
} from '../../../src/clients/storefront/adapters/react-router.ts';
import { accountHandle } from '../../../src/clients/storefront/adapters/sveltekit.ts';
import type { Sessions, WritableSession } from '../../../src/clients/storefront/index.ts';
import type { Stack } from '../../support/start.ts';
import { within } from './next-headers.ts';
import { demo, openBrowser, sessionsOf, startReady } from './storefront.ts';

let stack: Stack;
let sessions: Sessions;
beforeAll(async () => {
  stack = await startReady();
}, 60_000);
beforeEach(async () => {
  await stack.okta.reset();
  sessions = sessionsOf(stack);
});
afterAll(() => stack.close());

type Send = (request: Request) => Response | Promise<Response>;
/** What each of the storefronts below does, in the way of its framework. */
async function act(session: WritableSession, request: { method: string; path: string }) {
  if (request.path === '/log-in') return (await session.logIn(demo)).__typename;
  if (request.path === '/log-out') return (await session.logOut()).__typename;
  return (await session.me())?.email ?? session.state;
}

const at =
  (url: string): Send =>
  (request) => {
    const { pathname } = new URL(request.url);
    return fetch(new URL(pathname, url), { method: request.method, headers: request.headers });
  };

async function listen(listener: RequestListener): Promise<Send> {
  const server: Server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return at(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

const frameworks: Readonly<Record<string, () => Send | Promise<Send>>> = {
  hono: () => {
    const app = new Hono().use(account(sessions));
    app.all('*', async ({ var: { account: session }, req }) => {
      // A raw answer, on which Hono's own cookies would be lost.
      return new Response(await act(session, req));
    });
    return (request) => app.fetch(request);
  },
  'h3 2': async () => {
    const app = new H3().use(defineAccountMiddleware(sessions));
    app.all('/**', (event) =>
      act(writableAccountOf(event), { method: event.req.method, path: event.url.pathname }),
    );
    const server = serve(app, { port: 0, hostname: '127.0.0.1', silent: true });
    await server.ready();
    onTestFinished(() => server.close(true));
    return at(server.url ?? '');
  },
  'react-router': () => async (request) => {
    const values = new Map<unknown, WritableSession>();
    const context = { set: (key: unknown, value: WritableSession) => values.set(key, value) };
    return accountMiddleware(sessions)({ request, context }, async () => {
      const session = values.get(accountContext) as WritableSession;
      const outcome = await act(session, { method: request.method, path: pathOf(request) });
      // Its headers cannot be changed.
      return outcome === 'LogInSuccess'
        ? Response.redirect('https://shop.example/account')
        : new Response(outcome);
    });
  },
  sveltekit: () => async (request) => {
    const locals: { account?: WritableSession } = {};
    const event = {
      request,
      url: new URL(request.url),
      locals,
      getClientAddress: () => '192.0.2.1',
    };
    const resolve = async () => {
      const session = locals.account as WritableSession;
      return new Response(await act(session, { method: request.method, path: pathOf(request) }));
    };
    return accountHandle(sessions)({ event, resolve });
  },
  'express and connect': () =>
    listen((request, response) => {
      void expressAccount(sessions)(request, response, async () => {
        const { account: session } = request as typeof request & { account: WritableSession };
        response.end(await act(session, { method: request.method ?? '', path: request.url ?? '' }));
      });
    }),
};

const pathOf = ({ url }: Request) => new URL(url).pathname;

describe.each(Object.keys(frameworks))('%s', (name) => {
  test('logs in, refreshes, reads the account and logs out, by cookies that caches leave alone', async () => {
    const send = await (frameworks[name] as () => Send | Promise<Send>)();
    const browser = openBrowser();
    const go = async (method: string, path: string) => {
      const { headers } = browser.visit(method);
      headers.set('x-forwarded-host', 'shop.example');
      headers.set('x-forwarded-proto', 'https');
      const response = await send(new Request(`https://shop.example${path}`, { method, headers }));
      const lines = response.headers.getSetCookie();
      browser.take(lines);
      if (lines.length > 0) {
        expect(response.headers.get('cache-control')).toBe('private, no-store');
        expect(response.headers.get('vary')).toContain('Cookie');
      }
      return { text: await response.text(), lines, status: response.status };
    };
    expect((await go('GET', '/')).lines).toEqual([]);
    await go('POST', '/log-in');
    expect([...browser.jar.keys()].sort()).toEqual(['__Host-account', '__Host-account-device']);
    expect((await go('GET', '/')).text).toBe(demo.email);
    stack.clock.advance(60 * 60_000);
    const refreshed = await go('GET', '/');
    expect([refreshed.text, refreshed.lines.length]).toEqual([demo.email, 2]);
    expect((await go('POST', '/log-out')).text).toBe('LogOutSuccess');
    expect([...browser.jar.keys()]).toEqual(['__Host-account-device']);
    expect((await go('GET', '/')).text).toBe('signedOut');
  });
});

test('an inner call of Nuxt, which has no socket, cannot set cookies and says so', async () => {
  const app = new H3({ silent: true }).use(defineAccountMiddleware(sessions));
  app.get('/read', (event) => accountOf(event).state);
  app.get('/write', (event) => writableAccountOf(event).state);
  expect(await (await app.request('/read')).text()).toBe('signedOut');
  expect((await app.request('/write')).status).toBe(500);
});

describe('next', () => {
  async function signedIn() {
    const browser = openBrowser();
    const { headers } = browser.visit();
    const set = (name: string, value: string, { maxAge }: { maxAge: number }) =>
      maxAge === 0 ? browser.jar.delete(name) : browser.jar.set(name, value);
    const outcome = await within({ headers, set }, async () =>
      (await actionSession(sessions)).logIn(demo),
    );
    expect(outcome.__typename).toBe('LogInSuccess');
    return browser;
  }
  const proxied = async (
    headers: Headers,
    path = '/',
    next?: Parameters<typeof accountProxy>[1],
  ) => {
    const request = new Request(`http://localhost:3000${path}`, { headers });
    return accountProxy(sessions, next)(request as never);
  };

  test('an action logs in, and the component of the next request reads the account', async () => {
    const browser = await signedIn();
    expect([...browser.jar.keys()].sort()).toEqual(['__Host-account', '__Host-account-device']);
    const { headers } = browser.visit('GET');
    const email = await within(
      { headers, set: null },
      async () => (await (await readSession(sessions)).me())?.email,
    );
    expect(email).toBe(demo.email);
  });

  test('the page that renders after an action in the same request sees what it has set', async () => {
    const set = () => undefined;
    const state = await within({ headers: openBrowser().visit().headers, set }, async () => {
      await (await actionSession(sessions)).logIn(demo);
      return (await readSession(sessions)).state;
    });
    expect(state).toBe('signedIn');
  });

  test('what the callback of the proxy ends is ended for this render too', async () => {
    const browser = await signedIn();
    const { headers } = browser.visit('POST');
    const request = new Request('http://localhost:3000/', { headers, method: 'POST' });
    const proxy = accountProxy(sessions, async (_, session) => {
      await (session as WritableSession).logOut();
      return undefined;
    });
    const response = await proxy(request as never);
    const cookie = response.headers.get('x-middleware-request-cookie') ?? '';
    expect(cookie).not.toContain('__Host-account=');
    browser.take(response.headers.getSetCookie());
    expect([...browser.jar.keys()]).toEqual(['__Host-account-device']);
  });

  test('the proxy refreshes for the browser and for this render, and keeps the page out of caches', async () => {
    const browser = await signedIn();
    stack.clock.advance(60 * 60_000);
    const response = await proxied(browser.visit('GET').headers);
    expect(response.headers.get('cache-control')).toBe('private, no-store');
    browser.take(response.headers.getSetCookie());
    const cookie = response.headers.get('x-middleware-request-cookie') ?? '';
    expect(cookie).toContain(browser.jar.get('__Host-account'));
    const headers = new Headers({ cookie, host: 'shop.example' });
    const state = await within(
      { headers, set: null },
      async () => (await readSession(sessions)).state,
    );
    expect(state).toBe('signedIn');
  });

  test('a page knows from the proxy that a refresh has failed, and does not say "signed out"', async () => {
    const browser = await signedIn();
    stack.clock.advance(60 * 60_000);
    stack.okta.fail({
      path: '/oauth2/default/v1/token',
      fault: { kind: 'answer', status: 503 },
    });
    const response = await proxied(browser.visit('GET').headers);
    const headers = new Headers();
    const prefix = 'x-middleware-request-';
    for (const [name, value] of response.headers) {
      if (name.startsWith(prefix)) headers.set(name.slice(prefix.length), value);
    }
    const { state, reason } = await within({ headers, set: null }, () => readSession(sessions));
    expect([state, reason]).toEqual(['degraded', 'UPSTREAM_UNAVAILABLE']);
  });

  test('the render after redirect() in an action refreshes nothing: Next would drop the cookie', async () => {
    const browser = await signedIn();
    stack.clock.advance(60 * 60_000);
    const { headers } = browser.visit('GET', { 'x-action-redirect': '1' });
    const inner = await proxied(headers);
    expect(inner.headers.getSetCookie()).toEqual([]);
    const next = await proxied(browser.visit('GET').headers);
    expect(next.headers.getSetCookie()).not.toEqual([]);
  });

  test('a page that needs a customer is redirected by the proxy', async () => {
    const guard: Parameters<typeof accountProxy>[1] = async (_, session) =>
      session.state === 'signedOut' ? Response.redirect('https://shop.example/log-in') : undefined;
    const { headers } = openBrowser().visit('GET');
    expect((await proxied(headers, '/account', guard)).status).toBe(302);
    const browser = await signedIn();
    const response = await proxied(browser.visit('GET').headers, '/account', guard);
    expect(response.headers.get('x-middleware-next')).toBe('1');
  });
});
