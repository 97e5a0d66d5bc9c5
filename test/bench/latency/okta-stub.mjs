// As much of Okta as a log-in needs. `/token` answers after DELAY_MS, with the tokens of TOKENS.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const delayMs = Number(process.env['DELAY_MS']);
const tokens = readFileSync(process.env['TOKENS'], 'utf8');
const keys = readFileSync(process.env['KEYS'], 'utf8');

const server = createServer((request, response) => {
  const answer = (body) => {
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  };
  request.resume();
  if (request.url.endsWith('/keys')) answer(keys);
  else if (request.url.endsWith('/token')) setTimeout(answer, delayMs, tokens);
  else answer('[]');
});
server.keepAliveTimeout = 60_000;
server.listen(Number(process.env['PORT']), '127.0.0.1');
