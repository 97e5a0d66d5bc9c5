import { unexpectedAnswer } from './answer.ts';

/**
 * The URL of the next page (RFC 8288), or null after the last. The request for it will carry the
 * credential, so a link may only point at the list itself.
 * @param list the URL of the list, without a query
 * @throws UpstreamUnavailable for a link to another URL
 */
export function nextPage(headers: Headers, list: string): string | null {
  const [, link] = /<([^<>]*)>\s*;[^<>]*\brel="?next\b/.exec(headers.get('link') ?? '') ?? [];
  if (link === undefined) return null;
  const next = URL.canParse(link) ? new URL(link) : null;
  const bare = next === null ? '' : `${next.origin}${next.pathname}`;
  if (next === null || bare !== list || `${next.username}${next.password}` !== '') {
    throw unexpectedAnswer('a list whose next page is at another URL');
  }
  return next.href;
}
