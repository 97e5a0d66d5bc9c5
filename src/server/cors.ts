import type { IncomingMessage } from 'node:http';
import type { Answer } from './refusal.ts';

/**
 * Headers that let a page of a configured origin read an answer: exactly that origin, never a
 * pattern, and never credentials, since no cookie means anything here.
 */
export function corsHeaders(
  origin: string | undefined,
  allowed: readonly string[],
): Readonly<Record<string, string>> {
  if (allowed.length === 0) return {};
  // Caches must not give one origin's answer to another, so this is said to unknown origins too.
  const vary = { Vary: 'Origin' };
  if (origin === undefined || !allowed.includes(origin)) return vary;
  return {
    ...vary,
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Expose-Headers': 'X-Request-Id',
  };
}

export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

/** For an unknown origin it names no origin, which the browser takes as a no. */
export function preflightAnswer(): Answer {
  return {
    status: 204,
    headers: {
      'Access-Control-Allow-Methods': 'POST',
      'Access-Control-Allow-Headers': 'Authorization, Content-Type, X-Request-Id',
      'Access-Control-Max-Age': '600',
    },
    body: '',
  };
}
