import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';

/** Why a request cannot be answered, in words that quote nothing of it. */
export type HeadProblem = string;

/**
 * Headers that have one value. Two servers may each read another one of two (RFC 9110 section 5.3), so
 * neither counts. `Authorization` is not among them, since `/auth` refuses it in words of its own.
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
 * What node:http lets pass though RFC 9110 and RFC 9112 refuse it; null: nothing. A target in absolute
 * form is put into origin form, and then its authority is the host, as RFC 9112 section 3.2.2 has it.
 */
export function readHead(request: IncomingMessage): HeadProblem | null {
  const { headers, httpVersion } = request;
  if (httpVersion !== '1.1' && httpVersion !== '1.0')
    return 'HTTP/1.1 and HTTP/1.0 are understood.';
  if (hasRepeated(request)) return 'A header that has one value was sent twice.';
  // RFC 9112 section 6.1: no coding beside `chunked`, and none at all in HTTP/1.0.
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && (coding.toLowerCase() !== 'chunked' || httpVersion === '1.0')) {
    return 'The transfer coding is not understood.';
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
  if (!/^https?$/i.test(scheme)) return 'The target is not of http.';
  // User information has no place in it (RFC 9110 section 4.2.4).
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

/** It may be left out, or left empty. */
function isPort(digits = ''): boolean {
  return Number(digits) <= maxPort;
}
