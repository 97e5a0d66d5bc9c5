import type { IncomingHttpHeaders } from 'node:http';
import { HttpError, jsonResponse, methodNotAllowed } from '../http/http-error.ts';
import type { Route } from '../http/request-context.ts';

export interface MetadataOptions {
  readonly issuer: string;
  readonly jwksUri: string;
  /** Where callers reach this API, without a trailing slash; null: at the `Host` of the request. */
  readonly publicUrl: string | null;
}

/** RFC 3986 section 3.2, without the rarer characters. */
const host = /^(?:[\w.-]{1,253}|\[[\da-f:.]{2,45}\])(?::\d{1,5})?$/i;

/**
 * Authorization server metadata (RFC 8414) for software that takes its endpoints from a document: the
 * issuer and the keys are Okta's, the endpoints of this API stand in for Okta's own.
 */
export function createMetadataRoute({ issuer, jwksUri, publicUrl }: MetadataOptions): Route {
  return ({ request, record }) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed('GET, HEAD');
    const base = publicUrl ?? baseOf(request.headers);
    record.outcomes = ['OK'];
    return jsonResponse(200, {
      issuer,
      jwks_uri: jwksUri,
      introspection_endpoint: `${base}/introspect`,
      introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      userinfo_endpoint: `${base}/userinfo`,
      // Required by section 2; logging in is not by redirect.
      response_types_supported: [],
    });
  };
}

function baseOf({ host: sent = '' }: IncomingHttpHeaders): string {
  if (!host.test(sent)) throw new HttpError(400, 'The Host header is not a host.');
  return `http://${sent}`;
}
