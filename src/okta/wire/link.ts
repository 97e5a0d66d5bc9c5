import { unexpected } from './answer.ts';

/**
 * Where a list goes on (RFC 8288); null: it ends here. The credential goes wherever the link says, so
 * it may name no other place than the list itself.
 * @param list the address of the list, without a query
 * @throws UpstreamUnavailable for a link to another place
 */
export function nextOf(headers: Headers, list: string): string | null {
  const [, link] = /<([^<>]*)>\s*;[^<>]*\brel="?next\b/.exec(headers.get('link') ?? '') ?? [];
  if (link === undefined) return null;
  const next = URL.canParse(link) ? new URL(link) : null;
  const bare = next === null ? '' : `${next.origin}${next.pathname}`;
  if (next === null || bare !== list || `${next.username}${next.password}` !== '') {
    throw unexpected('a list that goes on at another place');
  }
  return next.href;
}
