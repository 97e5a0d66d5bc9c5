import { AccountConfigDocument } from '../../../src/clients/storefront/documents/graphql.ts';
import {
  type AccountClientSettings,
  createAccountClient,
  createSession,
  type SessionSettings,
  type Sessions,
  type WritableExchange,
} from '../../../src/clients/storefront/index.ts';
import { type Stack, type StackOptions, startStack } from '../../support/start.ts';

export const keys = ['11'.repeat(32), '22'.repeat(32)] as const;
export const origin = 'https://shop.example';
export const demo = { email: 'demo@example.com', password: 'Correct-Horse-7' };

/**
 * A stack that has loaded what it loads at its first call to Okta's management API, and that waits
 * longer than the tests do: a busy machine is no reason to answer UpstreamUnavailable.
 */
export async function startReady(options: StackOptions = {}): Promise<Stack> {
  const patience = 30_000;
  const stack = await startStack({
    okta: { callTimeoutMs: patience },
    server: { requestTimeoutMs: patience },
    ...options,
  });
  await stack.gql(AccountConfigDocument, {});
  return stack;
}

/** The storefront's own credentials, as the org is seeded with them. */
export function serviceOf({ okta }: Stack) {
  const { clientId, clientSecret } = okta.seeded.serviceClient;
  return { id: clientId, secret: clientSecret };
}

export function clientOf(stack: Stack, settings: Partial<AccountClientSettings> = {}) {
  return createAccountClient({
    url: `${stack.url}/graphql`,
    service: serviceOf(stack),
    timeoutMs: 30_000,
    ...settings,
  });
}

export function sessionsOf(stack: Stack, settings: Partial<SessionSettings> = {}) {
  return createSession({
    client: clientOf(stack),
    keys: [keys[0]],
    trustedHops: 1,
    now: stack.clock.now,
    ...settings,
  });
}

/** One request of a browser. What is set in the answer is kept in `lines`, and not in the jar. */
export interface Visit extends WritableExchange {
  readonly lines: string[];
  readonly answerHeaders: Record<string, string>;
}

/** A browser: keeps cookies as one does, and sends them. */
export function openBrowser(base = origin) {
  const jar = new Map<string, string>();

  function take(lines: readonly string[]): void {
    for (const line of lines) {
      const [pair = ''] = line.split(';');
      const name = pair.slice(0, pair.indexOf('='));
      if (/; Max-Age=0(;|$)/.test(line)) jar.delete(name);
      else jar.set(name, pair.slice(name.length + 1));
    }
  }

  return {
    jar,
    take,
    /** A request whose answer has not arrived yet: `take(visit.lines)` is that. */
    visit(method = 'POST', headers: Readonly<Record<string, string>> = {}): Visit {
      const lines: string[] = [];
      const answerHeaders: Record<string, string> = {};
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
      return {
        headers: new Headers({
          ...(cookie !== '' && { cookie }),
          ...(method !== 'GET' && { origin: base }),
          host: new URL(base).host,
          'x-forwarded-for': '198.51.100.9, 203.0.113.7',
          'user-agent': 'Browser/1',
          'accept-language': 'de-CH',
          ...headers,
        }),
        method,
        url: new URL('/account', base),
        lines,
        answerHeaders,
        write(setCookies, more) {
          lines.push(...setCookies);
          Object.assign(answerHeaders, more);
        },
      };
    },
  };
}
export type Browser = ReturnType<typeof openBrowser>;

interface WatchedCall {
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
  readonly init: RequestInit;
}

/** `fetch`, and what it has sent so far. */
export function watchedFetch() {
  const calls: WatchedCall[] = [];
  const watched: typeof fetch = (input, init = {}) => {
    calls.push({ body: JSON.parse(String(init.body)), headers: new Headers(init.headers), init });
    return fetch(input, init);
  };
  return { fetch: watched, calls };
}

/** How often an operation was sent. Documents go by hash, so by their variables. */
export function refreshesIn(calls: readonly WatchedCall[]): number {
  return calls.filter(({ body }) => JSON.stringify(body['variables']).includes('refreshToken'))
    .length;
}

/** A browser with a session, the request that began it, and that request's session. */
export async function signIn(sessions: Sessions) {
  const browser = openBrowser();
  const visit = browser.visit();
  const session = await sessions.open(visit);
  const outcome = await session.logIn(demo);
  if (outcome.__typename !== 'LogInSuccess') throw new Error(outcome.__typename);
  browser.take(visit.lines);
  return { browser, visit, session, sessions };
}
