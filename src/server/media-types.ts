import type { IncomingHttpHeaders } from 'node:http';
import { Refusal } from './refusal.ts';

/**
 * JSON in UTF-8 alone. This is also the guard against cross-site requests: the types that a page may
 * send without a preflight (text, forms) never get further.
 * @throws Refusal 415
 */
export function requireJson(headers: IncomingHttpHeaders): void {
  requireType(headers, 'application/json');
}

/** @throws Refusal 415 */
export function requireForm(headers: IncomingHttpHeaders): void {
  requireType(headers, 'application/x-www-form-urlencoded');
}

function requireType(headers: IncomingHttpHeaders, wanted: string): void {
  const plain = headers['content-encoding'] === undefined;
  // As nearly everybody sends it, and told without taking it apart.
  if (plain && headers['content-type'] === wanted) return;
  const [type = '', ...parameters] = (headers['content-type'] ?? '')
    .split(';')
    .map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  if (type === wanted && /^(charset="?utf-8"?)?$/.test(charset ?? '') && plain) return;
  throw new Refusal(415, `The body has to be ${wanted} in UTF-8, not compressed.`, {
    headers: { 'Accept-Post': wanted },
  });
}

export type ResponseType = 'application/json' | 'application/graphql-response+json';

/**
 * The first of the two types that the caller accepts; the older one for a caller that accepts
 * anything, as GraphQL over HTTP section 6.1 asks until its watershed. @throws Refusal 406
 */
export function negotiate(accept: string | undefined): ResponseType {
  if (accept === undefined || accept === '*/*') return 'application/json';
  const ranges = accept.split(',').map((range) => range.split(';')[0]?.trim());
  for (const range of ranges) {
    switch (range?.toLowerCase()) {
      case 'application/graphql-response+json':
        return 'application/graphql-response+json';
      case 'application/json':
      case 'application/*':
      case '*/*':
        return 'application/json';
    }
  }
  throw new Refusal(406, 'Answers are JSON: accept application/graphql-response+json.');
}
