import { createServer, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import type { LogEvent } from '../../src/embedded/events/log-event.ts';
import { closeNow, listenLocally } from '../support/local-url.ts';

export interface Received {
  readonly method: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: {
    readonly eventId: string;
    readonly source: string;
    readonly data: { readonly events: readonly LogEvent[] };
  } | null;
}

export interface Receiver {
  readonly url: string;
  /** Deliveries alone. */
  readonly deliveries: readonly NonNullable<Received['body']>[];
  readonly received: readonly Received[];
  /** Statuses of the next deliveries; then 204 again. 0: no answer at all. */
  readonly answers: number[];
  /** What a verification is answered with; default the challenge. */
  verification: string | null;
}

/** An endpoint for event hooks, until the end of the test. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const receiver = {
    url: '',
    received,
    get deliveries() {
      return received.flatMap(({ body }) => body ?? []);
    },
    answers: [] as number[],
    verification: null as string | null,
  };
  const server = createServer(async (request, response) => {
    const { method, headers } = request;
    const sent = await text(request);
    received.push({ method, headers, body: sent === '' ? null : JSON.parse(sent) });
    if (method === 'GET') {
      const verification = receiver.verification ?? headers['x-okta-verification-challenge'];
      response.end(JSON.stringify({ verification }));
      return;
    }
    const status = receiver.answers.shift() ?? 204;
    if (status !== 0) response.writeHead(status).end();
  });
  receiver.url = `${await listenLocally(server)}/hooks/okta`;
  onTestFinished(() => closeNow(server));
  return receiver;
}
