import type { IncomingMessage, ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import type { OktaConfig } from '../../../src/config.ts';
import { createEventLag } from '../../../src/events/lag.ts';
import type { AccountEvent } from '../../../src/identity/account-event.ts';
import { createOktaEvents } from '../../../src/okta/events/events.ts';
import { startRawServer } from '../http/raw-server.ts';

/** When the clock of a poller starts, and everything in its log was published. */
export const epoch = Date.parse('2026-11-23T10:00:00Z');
export const hour = 3_600_000;

interface Asked {
  readonly url: URL;
  readonly authorization: string | undefined;
}

/** A System Log whose places are numbers of events; `answer` may say something else instead. */
export async function startLog(answer?: (response: ServerResponse, asked: Asked) => boolean) {
  const log: object[] = [];
  const asked: Asked[] = [];
  const pageSize = 2;
  const server = await startRawServer((response, { url = '', headers }: IncomingMessage) => {
    const request = { url: new URL(url, server.url), authorization: headers.authorization };
    asked.push(request);
    if (answer?.(response, request)) return;
    const from = Number(request.url.searchParams.get('after') ?? 0);
    const page = log.slice(from, from + pageSize);
    const next = new URL(request.url);
    next.searchParams.set('after', `${from + page.length}`);
    response.setHeader('content-type', 'application/json');
    response.appendHeader('link', `<${request.url.href}>; rel="self"`);
    response.appendHeader('link', `<${next.href}>; rel="next"`);
    response.end(JSON.stringify(page));
  });
  return {
    url: server.url,
    asked,
    add(...users: number[]) {
      const published = new Date(epoch).toISOString();
      for (const user of users) {
        const target = [{ id: `00u${user}`.padEnd(20, '0'), type: 'User' }];
        const eventType = 'user.account.lock';
        log.push({ uuid: `event ${log.length}`, ...{ published, eventType, target } });
      }
    },
    addAny: (event: object) => void log.push(event),
    serverOf: server,
  };
}

/** Polls on demand and returns the result; closed at the end of the test. */
export function poller(orgUrl: string, isLeader?: () => Promise<boolean>) {
  const clock = { now: epoch };
  const delivered: AccountEvent[] = [];
  const notices: (string | null)[] = [];
  const lag = createEventLag(() => clock.now);
  const management: OktaConfig['management'] = () => ({
    method: 'ssws',
    apiToken: 'the-api-token',
  });
  const issuer = `${orgUrl}/oauth2/default`;
  const events = createOktaEvents({ orgUrl, issuer, management } as OktaConfig, {
    async publish(published) {
      delivered.push(...published);
      published.forEach(lag.apply);
    },
    ...(isLeader && { isLeader: isLeader }),
    completeUntil: lag.completeUntil,
    notice: (failure) => notices.push(failure?.constructor.name ?? null),
    logPollSeconds: 10,
    observe: () => undefined,
    now: () => clock.now,
  });
  onTestFinished(() => events.close());
  const poll = async () => events.systemLog?.poll();
  const users = () =>
    delivered.flatMap((event) =>
      event.kind === 'RECHECK_TOKENS' ? Number(event.userId.slice(3).replace(/0+$/, '')) : [],
    );
  return { clock, poll, users, delivered, lag, notices, events };
}
