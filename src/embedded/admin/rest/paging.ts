import type { Context } from 'hono';
import { ApiError, type EmbeddedEnv } from '../../http/responses.ts';
import { invalid } from './bodies.ts';

export interface PageSize {
  /** Where the request names no `limit`. */
  readonly fallback: number;
  readonly most: number;
}

/**
 * One page of a list, with its Link headers: `self` always, `next` where there is more.
 * @throws ApiError E0000029 for a cursor that is none, E0000001 for a limit that is no number
 */
export function page<Item extends { readonly id: string }>(
  c: Context<EmbeddedEnv>,
  items: readonly Item[],
  { fallback, most }: PageSize,
): readonly Item[] {
  const limit = limitOf(c.req.query('limit'), { fallback, most });
  const after = c.req.query('after');
  const start = after === undefined ? 0 : items.findIndex(({ id }) => id === after) + 1;
  if (after !== undefined && start === 0) {
    throw new ApiError('E0000029', { causes: ['Invalid cursor.'] });
  }
  const shown = items.slice(start, start + limit);
  const last = shown.at(-1);
  c.header('link', link(c, 'self', after, limit), { append: true });
  if (last !== undefined && start + limit < items.length) {
    c.header('link', link(c, 'next', last.id, limit), { append: true });
  }
  return shown;
}

function limitOf(text: string | undefined, { fallback, most }: PageSize): number {
  if (text === undefined) return fallback;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit > 0) return Math.min(limit, most);
  throw invalid('limit', 'The limit must be a positive number');
}

function link(
  c: Context<EmbeddedEnv>,
  rel: 'self' | 'next',
  after: string | undefined,
  limit: number,
): string {
  const url = new URL(c.req.url);
  if (after === undefined) url.searchParams.delete('after');
  else url.searchParams.set('after', after);
  url.searchParams.set('limit', String(limit));
  return `<${url.href}>; rel="${rel}"`;
}
