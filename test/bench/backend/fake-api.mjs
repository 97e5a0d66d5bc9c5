// As much of the account API as a cache needs, behind a `fetch`: what is measured is the cache alone.
const position = 'bench.1';

const frame = (event, data) =>
  new TextEncoder().encode(`event: ${event}\nid: ${position}\ndata: ${JSON.stringify(data)}\n\n`);

function events(signal, resumed) {
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(frame('hello', { position, resumed, reach: 'all', heartbeatSeconds: 1 }));
      const timer = setInterval(
        () => controller.enqueue(frame('heartbeat', { reach: 'all' })),
        1_000,
      );
      signal.addEventListener('abort', () => {
        clearInterval(timer);
        controller.error(signal.reason);
      });
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
}

function verdict({ token }) {
  const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
  return {
    active: true,
    reason: null,
    subject: claims.sub,
    userId: claims.uid,
    sessionId: claims.jti.split('.').at(-1),
    clientId: claims.cid,
    scopes: claims.scp,
    expiresAt: new Date(claims.exp * 1000).toISOString(),
    checkedAt: new Date().toISOString(),
    checkedBy: 'LOCAL',
    revocationLagSeconds: 0,
  };
}

/** For the option `fetch` of `createAccountBackend`. */
export async function fakeFetch(url, { body, signal, headers }) {
  if (url.endsWith('/events')) return events(signal, headers['Last-Event-ID'] !== undefined);
  const { variables } = JSON.parse(body);
  const data = Object.fromEntries(
    Object.entries(variables).map(([name, one]) => [name, verdict(one)]),
  );
  return Response.json({ data }, { headers: { 'events-position': position } });
}
