import type { WriteCookies } from './exchange.ts';

/** Collects what a session sets until the framework has an answer to put it on. */
export interface AnswerCookies {
  readonly write: WriteCookies;
  readonly lines: readonly string[];
  /** Onto headers that can still be changed. */
  addTo(headers: Headers): void;
  /** The same answer, or a copy with the cookies where there are any: some answers cannot be changed. */
  onto(response: Response): Response;
}

export function collectCookies(): AnswerCookies {
  const lines: string[] = [];
  const headers = new Map<string, string>();

  function addTo(answer: Headers): void {
    for (const line of lines) answer.append('set-cookie', line);
    for (const [name, value] of headers) {
      if (name === 'vary') answer.append(name, value);
      else answer.set(name, value);
    }
  }

  return {
    lines,
    addTo,
    write(setCookies, more) {
      lines.push(...setCookies);
      for (const [name, value] of Object.entries(more)) headers.set(name, value);
    },
    onto(response) {
      if (lines.length === 0) return response;
      const copy = new Response(response.body, response);
      addTo(copy.headers);
      return copy;
    },
  };
}
