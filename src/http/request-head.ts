import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';

/** Why a request is refused, without quoting anything of it. */
export type HeadProblem = string;

/**
 * Headers that may come only once. Two servers may each read a different one of two (RFC 9110 section
 * 5.3), so such a request is refused. `Authorization` is not among them, since `/auth` refuses it by
 * a challenge.
 */
const singleValued: ReadonlySet<string> = new Set([
  'access-control-request-method',
  'content-length',
  'content-type',
  'host',
  'origin',
  'transfer-encoding',
  'x-client-ip',
  'x-client-user-agent',
  'x-customer-token',
  'x-device-id',
]);

/** Of a target in absolute form: scheme, authority, and the rest (RFC 9112 section 3.2.2). */
const absoluteForm = /^([a-z][a-z\d+.-]*):\/\/([^/?#]*)(.*)$/i;

/** RFC 3986 section 3.2.2 as far as a name goes, with the port of section 3.2.3. */
const nameAndPort = /^((?:[\w.~!$&'()*+,;=-]|%[\da-f]{2})+)(?::(\d*))?$/i;
const literalAndPort = /^\[([^\]%]+)\](?::(\d*))?$/;
const futureLiteral = /^v[\da-f]+\.[\w.~!$&'()*+,;=:-]+$/i;
const maxPort = 65_535;

/**
 * Checks what RFC 9110 and RFC 9112 refuse and node:http accepts; null: nothing is wrong. Rewrites a
 * target in absolute form to origin form; its authority becomes the host (RFC 9112 section 3.2.2).
 */
export function readHead(request: IncomingMessage): HeadProblem | null {
  const { headers, httpVersion } = request;
  if (httpVersion !== '1.1' && httpVersion !== '1.0')
    return 'Only HTTP/1.1 and HTTP/1.0 are supported.';
  if (hasRepeated(request)) return 'A header that may come only once was sent twice.';
  // RFC 9112 section 6.1: no coding but `chunked`, and none at all in HTTP/1.0.
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && (coding.toLowerCase() !== 'chunked' || httpVersion === '1.0')) {
    return 'The transfer coding is not supported.';
  }
  if (headers.host === undefined && httpVersion === '1.1') return 'The Host header is missing.';
  if (headers.host !== undefined && !isAuthority(headers.host))
    return 'The Host header is malformed.';
  return takeAbsoluteForm(request);
}

/** Whether a header came more than once. @param name in lower case */
export function isRepeated({ rawHeaders }: IncomingMessage, name: string): boolean {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const sent = rawHeaders[at] ?? '';
    if (sent.length === name.length && sent.toLowerCase() === name) count += 1;
  }
  return count > 1;
}

function hasRepeated(request: IncomingMessage): boolean {
  // Nearly no request repeats any header, and that is seen without reading them all.
  if (Object.keys(request.headers).length * 2 === request.rawHeaders.length) return false;
  for (const name of singleValued) if (isRepeated(request, name)) return true;
  return false;
}

function takeAbsoluteForm(request: IncomingMessage): HeadProblem | null {
  const { url = '' } = request;
  if (url.startsWith('/')) return null;
  const [, scheme, authority, rest] = absoluteForm.exec(url) ?? [];
  if (scheme === undefined || authority === undefined || rest === undefined) return null;
  if (!/^https?$/i.test(scheme)) return 'The target is not an HTTP URL.';
  // It must not contain user information (RFC 9110 section 4.2.4).
  if (!isAuthority(authority)) return 'The authority of the target is malformed.';
  request.url = rest.startsWith('/') ? rest : `/${rest}`;
  request.headers.host = authority;
  return null;
}

/** A host that is not empty (RFC 9110 section 4.2.1), and perhaps a port. */
function isAuthority(text: string): boolean {
  const [, name, port] = nameAndPort.exec(text) ?? [];
  if (name !== undefined) return isPort(port);
  const [, literal = '', portOfLiteral] = literalAndPort.exec(text) ?? [];
  return (isIPv6(literal) || futureLiteral.test(literal)) && isPort(portOfLiteral);
}

/** It may be missing or empty. */
function isPort(digits = ''): boolean {
  return Number(digits) <= maxPort;
}
