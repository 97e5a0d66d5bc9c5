import { createServer } from 'node:http';
import { listen, toValidation } from './common.mjs';

const scp = ['openid', 'profile', 'email'];
const answer = toValidation({ sub: 'ada@example.com', uid: '00u0', exp: 2e9, scp, cid: 'client' });

/** The least that a Node server can do for such a request: read JSON, answer JSON. */
const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const { query } = JSON.parse(Buffer.concat(chunks).toString());
    const body = JSON.stringify({ data: { validateToken: query ? answer : null } });
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  });
});
listen(server);
