// Sends requests over keep-alive connections and prints their latencies as one line of JSON.
// With RATE requests start by the clock (open loop): one that has to wait for a connection counts
// from when it was due. Without RATE each connection sends its next request after an answer.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

const url = new URL(process.env['URL']);
const connections = Number(process.env['CONNECTIONS'] ?? '64');
const durationMs = Number(process.env['SECONDS'] ?? '2') * 1000;
const rate = Number(process.env['RATE'] ?? '0');
const bodies = readFileSync(process.env['BODIES'], 'utf8').trimEnd().split('\n');
const authorization = process.env['AUTHORIZATION'];

const requests = bodies.map((body) =>
  Buffer.from(
    [
      `POST ${url.pathname} HTTP/1.1`,
      `Host: ${url.host}`,
      'Content-Type: application/json',
      'Accept: application/json',
      ...(authorization ? [`Authorization: ${authorization}`] : []),
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  ),
);

const latencies = [];
let [next, failed, inFlight, isOver] = [0, 0, 0, false];
const due = [];
const idle = [];

function open() {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(url.port), url.hostname, () => resolve(connection));
    socket.setNoDelay();
    socket.once('error', reject);
    let [startedAt, buffered] = [0, Buffer.alloc(0)];
    const connection = {
      send(at) {
        startedAt = at;
        inFlight += 1;
        socket.write(requests[next]);
        next = (next + 1) % requests.length;
      },
      close: () => socket.destroy(),
    };
    socket.on('data', (chunk) => {
      buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
      const head = buffered.indexOf('\r\n\r\n');
      if (head < 0) return;
      const text = buffered.toString('latin1', 0, head);
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? Number.NaN);
      if (Number.isNaN(length)) throw new Error(`An answer without a length: ${text}`);
      if (buffered.length < head + 4 + length) return;
      if (!text.startsWith('HTTP/1.1 200') || buffered.includes('"errors"')) failed += 1;
      buffered = Buffer.alloc(0);
      inFlight -= 1;
      if (isOver) return closeWhenAnswered();
      latencies.push(performance.now() - startedAt);
      if (rate === 0) connection.send(performance.now());
      else if (due.length > 0) connection.send(due.shift());
      else idle.push(connection);
    });
  });
}

const all = await Promise.all(Array.from({ length: connections }, open));
const begin = performance.now();
if (rate === 0) {
  for (const connection of all) connection.send(begin);
  setTimeout(finish, durationMs);
} else {
  idle.push(...all);
  let sent = 0;
  const tick = () => {
    const at = performance.now();
    if (at - begin > durationMs) return finish();
    while (begin + (sent * 1000) / rate <= at) {
      const dueAt = begin + (sent * 1000) / rate;
      sent += 1;
      const connection = idle.pop();
      if (connection === undefined) due.push(dueAt);
      else connection.send(dueAt);
    }
    setImmediate(tick);
  };
  tick();
}

function finish() {
  isOver = true;
  const elapsedMs = performance.now() - begin;
  closeWhenAnswered();
  const sorted = latencies.sort((one, other) => one - other);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  process.stdout.write(
    `${JSON.stringify({
      perSecond: (sorted.length * 1000) / elapsedMs,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      p999Ms: at(0.999),
      unsent: due.length,
      failed,
    })}\n`,
  );
}

/** Not before: the server would be busy with requests that broke off while another one is measured. */
function closeWhenAnswered() {
  if (inFlight === 0) for (const connection of all) connection.close();
}
