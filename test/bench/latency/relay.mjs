// The least that a Node server can do for a log-in: read JSON, ask Okta's token endpoint, answer JSON.
import { Agent, createServer, request as send } from 'node:http';

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const token = new URL('/oauth2/default/v1/token', process.env['ORG']);

const server = createServer((request, response) => {
  collect(request, (text) => {
    const { email, password } = JSON.parse(text).variables.input;
    const form = new URLSearchParams({ grant_type: 'password', username: email, password });
    const upstream = send(
      token,
      {
        agent,
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          authorization: 'Basic eDp5',
        },
      },
      (answer) =>
        collect(answer, (body) => {
          const { access_token: accessToken, refresh_token: refreshToken } = JSON.parse(body);
          const json = JSON.stringify({
            data: { logIn: { tokens: { accessToken, refreshToken } } },
          });
          response.writeHead(200, {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(json),
          });
          response.end(json);
        }),
    );
    upstream.end(form.toString());
  });
});
server.listen(Number(process.env['PORT']), '127.0.0.1');

function collect(stream, done) {
  const chunks = [];
  stream.on('data', (chunk) => chunks.push(chunk));
  stream.on('end', () => done(Buffer.concat(chunks).toString()));
}
