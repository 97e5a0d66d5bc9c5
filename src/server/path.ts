/** All that a log may show of a URL. */
export type Path = '/graphql' | '/live' | '/ready' | 'other';

export function pathOf(url: string | undefined): Path {
  const path = url?.split('?', 1)[0];
  return path === '/graphql' || path === '/live' || path === '/ready' ? path : 'other';
}
