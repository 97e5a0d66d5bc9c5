import { onTestFinished } from 'vitest';
import { createUpstream } from '../../../src/okta/http/admission.ts';
import { createHttp } from '../../../src/okta/http/client.ts';
import type { OktaCallRecord } from '../../../src/okta/wire/call-record.ts';
import type { OktaEndpoint } from '../../../src/okta/wire/endpoints.ts';

/** When the clock of a client starts. */
export const epoch = Date.parse('2026-11-23T07:00:00Z');

interface Sending {
  readonly endpoint?: OktaEndpoint;
  readonly signal?: AbortSignal;
  readonly headers?: Record<string, string>;
}

export type SendTo = (sending?: Sending) => Promise<Response>;

/** One that sends everything to one URL; closed at the end of the test. */
export function client(url: string, callTimeoutMs = 300) {
  const calls: OktaCallRecord[] = [];
  const startedAt = performance.now();
  const now = () => epoch + performance.now() - startedAt;
  const upstream = createUpstream({ now });
  const observe = (call: OktaCallRecord) => calls.push(call);
  const http = createHttp({ callTimeoutMs, now, observe, upstream });
  onTestFinished(() => http.close());
  const send: SendTo = ({ endpoint = 'authn', signal, headers = {} } = {}) =>
    http.exchange((sendNow) =>
      sendNow(
        { endpoint, method: 'POST', url, headers, body: '{}' },
        { requestId: 'req-1', signal: signal ?? new AbortController().signal, shopper: null },
      ),
    );
  return { http, send, calls, upstream };
}

/** Of the priority that goes first, and of buckets that share no circuit. */
const logIns = ['authn', 'authorize', 'token/password', 'users/get', 'challenge'] as const;

/** So many calls at once, spread over buckets. */
export function everywhere(length: number, send: SendTo, sending: Sending = {}) {
  return Array.from({ length }, (_, index) =>
    send({ ...sending, endpoint: logIns[index % logIns.length] ?? 'authn' }),
  );
}
