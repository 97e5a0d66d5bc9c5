/** Where and how the answer of an authorization request goes (OAuth 2.0 Multiple Response Types). */
export interface ReturnPath {
  readonly redirectUri: string;
  readonly mode: ResponseMode;
  readonly state: string | null;
}

export type ResponseMode = 'query' | 'fragment' | 'form_post';

export const responseModes: readonly ResponseMode[] = ['query', 'fragment', 'form_post'];

/** Sends `parameters` and the state back to the client. */
export function sendBack(to: ReturnPath, parameters: Readonly<Record<string, string>>): Response {
  const all = new URLSearchParams(parameters);
  if (to.state !== null) all.set('state', to.state);
  if (to.mode === 'form_post') return page(200, formPost(to.redirectUri, all));
  return new Response(null, {
    status: 302,
    headers: {
      location: to.mode === 'query' ? withQuery(to.redirectUri, all) : `${to.redirectUri}#${all}`,
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache, no-store',
    },
  });
}

function withQuery(uri: string, parameters: URLSearchParams): string {
  return `${uri}${uri.includes('?') ? '&' : '?'}${parameters}`;
}

/** A page for a person: an error that must not be redirected, or the end of the line. */
export function errorPage(status: 200 | 400, title: string, text: string): Response {
  return page(status, `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p>`);
}

function formPost(uri: string, parameters: URLSearchParams): string {
  const fields = [...parameters].map(
    ([name, value]) =>
      `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}"/>`,
  );
  return `<form id="appForm" action="${escapeHtml(uri)}" method="POST">${fields.join('')}</form><script>document.getElementById('appForm').submit()</script>`;
}

function page(status: number, body: string): Response {
  const html = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Embedded Okta org</title></head><body>${body}</body></html>`;
  return new Response(html, {
    status,
    headers: { 'content-type': 'text/html;charset=utf-8', 'cache-control': 'no-cache, no-store' },
  });
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
