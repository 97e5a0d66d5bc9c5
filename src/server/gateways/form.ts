import { OAuthRefusal } from './oauth-refusal.ts';

/**
 * The parameters of a form-encoded body. One without a value counts as left out (RFC 6749 section
 * 3.2). @throws OAuthRefusal for one that is there twice: readers would differ in which one counts
 */
export function parseForm(body: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body)) {
    if (parameters.has(name)) {
      throw new OAuthRefusal(400, 'invalid_request', 'A parameter is there more than once.');
    }
    parameters.set(name, value);
  }
  for (const [name, value] of parameters) if (value === '') parameters.delete(name);
  return parameters;
}
