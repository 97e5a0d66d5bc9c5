import type { HookChannel } from './hook-entity.ts';

export interface HookCall {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly timeoutMs: number;
  /** Ends the call at once. */
  readonly signal: AbortSignal;
  /** Whether a 2xx has the expected body. */
  readonly accepts: (text: string) => boolean;
}

/** Calls a hook's endpoint, with one retry after a temporary failure. @returns why it failed; null on success */
export async function callHook(channel: HookChannel, call: HookCall): Promise<string | null> {
  const first = await attempt(channel, call);
  if (first === null || !first.mayPass || call.signal.aborted) return first?.reason ?? null;
  return (await attempt(channel, call))?.reason ?? null;
}

interface Failure {
  readonly reason: string;
  /** A timeout, a lost connection, a 5xx. */
  readonly mayPass: boolean;
}

async function attempt(
  { uri, headers, auth }: HookChannel,
  call: HookCall,
): Promise<Failure | null> {
  const all = auth === null ? headers : [...headers, auth];
  try {
    const response = await fetch(uri, {
      method: call.method,
      headers: {
        accept: 'application/json',
        ...Object.fromEntries(all.map(({ key, value }) => [key.toLowerCase(), value])),
        ...call.headers,
      },
      body: call.body,
      redirect: 'manual',
      signal: AbortSignal.any([call.signal, AbortSignal.timeout(call.timeoutMs)]),
    });
    const text = await response.text();
    if (!response.ok) {
      return { reason: `HTTP status ${response.status}`, mayPass: response.status >= 500 };
    }
    return call.accepts(text) ? null : { reason: 'Unexpected response body', mayPass: false };
  } catch (error) {
    const isTimeout = error instanceof Error && error.name === 'TimeoutError';
    return { reason: isTimeout ? 'Timeout' : 'Connection failed', mayPass: true };
  }
}
