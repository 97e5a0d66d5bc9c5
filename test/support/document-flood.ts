import { connect } from 'node:net';

const list = (count: number, text: (index: number) => string, between = ' ') =>
  Array.from({ length: count }, (_, index) => text(index)).join(between);
const variables = (name: string, type: string) =>
  list(100, (index) => `$${name}${index}:${type}`, ',');
const longName = 'v'.repeat(480);

/** What a stranger may send: no two documents of a kind are alike, and each takes much memory once it is parsed. */
export const kinds: Readonly<Record<string, (id: number) => string>> = {
  'variables of unknown types': (id) => `query Q${id}(${variables('v', 'A')}){__typename}`,
  'long names of variables': (id) => `query Q${id}(${variables(longName, 'A')}){__typename}`,
  'unknown fields': (id) => `query Q${id}{${list(240, (index) => `x${index}`)}}`,
  'unknown arguments': (id) =>
    `query Q${id}{accountConfig(${list(150, (index) => `x${index}:1`)}){__typename}}`,
  'unknown input fields': (id) =>
    `mutation Q${id}{logIn(input:{${list(150, (index) => `x${index}:1`)}}){__typename}}`,
  'unknown directives': (id) => `query Q${id}{__typename ${'@aa '.repeat(200)}}`,
  'integers in a list of ids': (id) => `query Q${id}{users(ids:[${'1 '.repeat(485)}]){id}}`,
  'many good fields': (id) => `query Q${id}{accountConfig{${'__typename '.repeat(230)}}}`,
  'good documents with a comment': (id) => `{__typename}#${id}`,
  'comments of a good document': (id) => `{__typename}#${id}${'\n#'.repeat(500)}`,
  'syntax errors': (id) => `{z${id}`,
};

interface Flood {
  readonly document: (id: number) => string;
  readonly from: number;
  readonly count: number;
}

/** Requests that the connection has open at a time. */
const depth = 5;

/**
 * Sends the documents over one connection. By hand, since any HTTP client takes as long as the server.
 * @returns how many answers came with each status
 */
export function flood(
  url: string,
  { document, from, count }: Flood,
): Promise<Record<string, number>> {
  const { hostname, port } = new URL(url);
  const statuses: Record<string, number> = {};
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let sent = 0;
    let answered = 0;
    let rest = '';
    const sendMore = () => {
      let bytes = '';
      for (; sent < count && sent - answered < depth; sent += 1) {
        bytes += requestOf(document(from + sent));
      }
      if (bytes !== '') socket.write(bytes);
    };
    socket.setEncoding('latin1');
    socket.on('connect', sendMore);
    socket.on('data', (text: string) => {
      const all = rest + text;
      let end = 0;
      for (const { 0: line, 1: status = '', index } of all.matchAll(/HTTP\/1\.1 (\d{3}) /g)) {
        statuses[status] = (statuses[status] ?? 0) + 1;
        answered += 1;
        end = index + line.length;
      }
      rest = all.slice(Math.max(end, all.length - 'HTTP/1.1 200'.length));
      if (answered === count) socket.end(() => resolve(statuses));
      else sendMore();
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`Closed after ${answered} answers.`)));
  });
}

function requestOf(query: string): string {
  const body = JSON.stringify({ query });
  return `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}
