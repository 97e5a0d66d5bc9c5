import { request } from 'node:http';
import { createServer } from 'node:https';
import type { Certificate } from './certificates.ts';
import { atFileEnds } from './file-ends.ts';
import { closeNow, listenLocally } from './local-url.ts';

/**
 * Puts TLS in front of an org, as production demands it; its tokens keep the issuer they have.
 * @param url of the org, without TLS
 * @returns the same place by https
 */
export async function behindTls(url: string, certificate: Certificate): Promise<string> {
  const server = createServer(certificate, (incoming, answer) => {
    const { method, headers } = incoming;
    const onward = request(new URL(incoming.url ?? '/', url), { method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.once('error', () => answer.destroy());
    incoming.pipe(onward);
  });
  const plain = await listenLocally(server);
  atFileEnds(() => closeNow(server));
  return plain.replace('http:', 'https:');
}
