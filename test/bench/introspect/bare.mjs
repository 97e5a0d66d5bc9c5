// The least that a Node server can do for both: read a form and answer JSON, or answer with headers.
import { createServer } from 'node:http';

const grant = {
  active: true,
  scope: 'openid profile email offline_access',
  client_id: 'client',
  username: 'ada@example.com',
  token_type: 'Bearer',
  exp: 2e9,
  iat: 2e9 - 3600,
  sub: 'ada@example.com',
  aud: 'api://default',
  iss: 'https://example.okta.com/oauth2/default',
  jti: 'AT.1',
  uid: '00u1',
};

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    const isSent = request.headers.authorization !== undefined;
    response.writeHead(isSent ? 200 : 401, { 'x-user-id': grant.uid, 'content-length': 0 }).end();
    return;
  }
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const token = new URLSearchParams(Buffer.concat(chunks).toString()).get('token');
    const body = JSON.stringify(token === null ? { active: false } : grant);
    const length = Buffer.byteLength(body);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': length });
    response.end(body);
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}\n`);
});
