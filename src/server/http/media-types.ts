import type { IncomingHttpHeaders } from 'node:http';
import { HttpError } from './http-error.ts';

/**
 * JSON in UTF-8 alone. This is also the guard against cross-site requests: the types that a page may
 * send without a preflight (text, forms) never get further.
 * @throws HttpError 415
 */
export function requireJson(headers: IncomingHttpHeaders): void {
  requireType(headers, 'application/json');
}

/** @throws HttpError 415 */
export function requireForm(headers: IncomingHttpHeaders): void {
  requireType(headers, 'application/x-www-form-urlencoded');
}

function requireType(headers: IncomingHttpHeaders, wanted: string): void {
  // RFC 9110 section 8.4.1: `identity` means no encoding.
  const plain = /^(identity)?$/i.test(headers['content-encoding'] ?? '');
  // The usual value, recognised without parsing.
  if (plain && headers['content-type'] === wanted) return;
  const [type = '', ...parameters] = (headers['content-type'] ?? '')
    .split(';')
    .map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  if (type === wanted && /^(charset="?utf-?8"?)?$/.test(charset ?? '') && plain) return;
  throw new HttpError(415, `The body has to be ${wanted} in UTF-8, not compressed.`, {
    headers: { 'Accept-Post': wanted },
  });
}

const responseTypes = ['application/json', 'application/graphql-response+json'] as const;
export type ResponseType = (typeof responseTypes)[number];

/**
 * The type of an answer by the caller's weights (RFC 9110 section 12.5.1). Of equal ones the first; the
 * older type for a caller that accepts anything, as GraphQL over HTTP section 6.1 asks until its
 * watershed. @throws HttpError 406
 */
export function negotiate(accept: string | undefined): ResponseType {
  // The usual values, recognised without parsing.
  if (accept === undefined || accept === '*/*' || accept === 'application/json') {
    return 'application/json';
  }
  if (accept === 'application/graphql-response+json') return accept;
  // Some clients send it empty to clear it, which is valid and names no type (RFC 9110 section 12.5.1).
  if (accept.trim() === '') return 'application/json';
  const type = preferred(accept, responseTypes);
  if (type !== null) return type;
  throw new HttpError(406, 'Answers are JSON: accept application/graphql-response+json.');
}

/** Whether the caller prefers HTML to JSON, as browsers do. */
export function prefersPage(accept: string | undefined): boolean {
  return preferred(accept ?? '*/*', [...responseTypes, 'text/html']) === 'text/html';
}

interface Range {
  readonly type: string;
  /** From 0, not acceptable, to 1. */
  readonly weight: number;
  /** In the header. */
  readonly index: number;
}

/** No client sends nearly as many. */
const maxRanges = 100;

/** Null where none of them is acceptable. */
function preferred<Type extends string>(accept: string, types: readonly Type[]): Type | null {
  const ranges = accept.split(',', maxRanges).map(readRange);
  let best: (Range & { readonly of: Type }) | null = null;
  for (const of of types) {
    const range = rangeFor(of, ranges);
    if (range === null || range.weight === 0) continue;
    const isBetter =
      best === null ||
      range.weight > best.weight ||
      (range.weight === best.weight && range.index < best.index);
    if (isBetter) best = { ...range, of };
  }
  return best?.of ?? null;
}

function readRange(text: string, index: number): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '';
  // An invalid weight is ignored.
  // Java's HttpURLConnection writes `*` for `*/*`.
  return {
    type: type === '*' ? '*/*' : type,
    weight: /^[01](\.\d{0,3})?$/.test(weight) ? Number(weight) : 1,
    index,
  };
}

/** The most specific range applies. */
function rangeFor(type: string, ranges: readonly Range[]): Range | null {
  for (const form of [type, type.replace(/\/.*/, '/*'), '*/*']) {
    const range = ranges.find((one) => one.type === form);
    if (range !== undefined) return range;
  }
  return null;
}
