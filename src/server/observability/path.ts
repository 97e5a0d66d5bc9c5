/** All that a log may show of a URL. */
export type Path =
  | '/'
  | '/auth'
  | '/events'
  | '/graphql'
  | '/hooks/okta'
  | '/introspect'
  | '/live'
  | '/ready'
  | '/userinfo'
  | '/.well-known/oauth-authorization-server'
  | 'other';

export function pathOf(url: string | undefined): Path {
  const text = url ?? '';
  const end = text.indexOf('?');
  const path = end < 0 ? text : text.slice(0, end);
  switch (path) {
    case '/':
    case '/events':
    case '/graphql':
    case '/hooks/okta':
    case '/introspect':
    case '/live':
    case '/ready':
    case '/userinfo':
    case '/.well-known/oauth-authorization-server':
      return path;
    default:
      return isForwardAuth(path) ? '/auth' : 'other';
  }
}

/** A gateway may append its own parameters and then the path of its client. */
function isForwardAuth(path: string): boolean {
  return /^\/auth(?![^;/])/.test(path);
}
