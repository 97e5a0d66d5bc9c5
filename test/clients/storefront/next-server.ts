/** What `next/server` is for the adapter, without Next: see the alias in the configuration of Vitest. */
export class NextResponse extends Response {
  static next(init?: { request?: { headers?: Headers } }): NextResponse {
    const response = new NextResponse(null, { headers: { 'x-middleware-next': '1' } });
    for (const [name, value] of init?.request?.headers ?? []) {
      response.headers.set(`x-middleware-request-${name}`, value);
    }
    return response;
  }
}
