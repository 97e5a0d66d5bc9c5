import { ApiError, OAuthError } from '../http/responses.ts';
import type { Org } from '../org.ts';
import { findClient as findApp } from '../settings/apps.ts';
import type { ClientEntity } from '../store/oauth-settings.ts';
import { checkAssertion, clientIdOfAssertion } from './client-assertion.ts';
import { sameText } from './management-auth.ts';
import type { EndpointRequest } from './request.ts';

/** What the request presents; the client's own setting decides whether it is enough. */
type Presented =
  | {
      readonly method: 'client_secret_basic' | 'client_secret_post';
      readonly id: string;
      readonly secret: string;
    }
  | { readonly method: 'private_key_jwt'; readonly id: string; readonly assertion: string }
  | { readonly method: 'none'; readonly id: string };

/**
 * The client behind a request, authenticated by the one method it is configured for.
 * @throws OAuthError, or ApiError `invalid_client` for an unknown client id
 */
export async function authenticateClient(
  { org, c }: EndpointRequest,
  form: URLSearchParams,
): Promise<ClientEntity> {
  const query = new URL(c.req.url).searchParams;
  if (query.has('client_secret') || query.has('client_assertion')) {
    const text = 'Client credentials must not be sent in the query of the request.';
    throw new OAuthError(400, 'invalid_request', text);
  }
  const presented = present(c.req.header('authorization'), form, query.get('client_id'));
  const client = findClient(org, presented.id);
  if (client.authentication !== presented.method) throw authenticationFailed();
  if (presented.method === 'private_key_jwt') {
    const endpoint = org.url() + c.req.path;
    await checkAssertion(presented.assertion, { client, endpoint, org });
  } else if (presented.method !== 'none') {
    checkSecret(client, presented.secret);
  }
  return client;
}

function findClient(org: Org, id: string): ClientEntity {
  const client = findApp(org.store.resources, id);
  if (client === null) throw new ApiError('invalid_client');
  return client;
}

function present(
  authorization: string | undefined,
  form: URLSearchParams,
  queryClientId: string | null,
): Presented {
  const secret = form.get('client_secret');
  const assertion = form.get('client_assertion');
  const ways = [authorization, secret, assertion].filter(
    (way) => way !== null && way !== undefined,
  );
  if (ways.length > 1) {
    throw new OAuthError(
      400,
      'invalid_request',
      'Cannot supply multiple client credentials. Use one of the following: credentials in the Authorization header, credentials in the post body, or a client_assertion in the post body.',
    );
  }
  if (authorization !== undefined) return presentBasic(authorization);
  if (assertion !== null) return presentAssertion(assertion, form);
  const id = form.get('client_id') ?? queryClientId;
  if (id === null) throw invalidClient('No client credentials found.');
  return secret === null ? { method: 'none', id } : { method: 'client_secret_post', id, secret };
}

function presentBasic(authorization: string): Presented {
  const malformed = 'Found Authentication header but was not valid client credentials.';
  const encoded = /^Basic ([A-Za-z0-9+/=_-]+)$/i.exec(authorization)?.[1];
  const text = Buffer.from(encoded ?? '', 'base64').toString('utf8');
  // So okta-auth-js names a client that has no secret.
  if (/^\w+$/.test(text)) return { method: 'none', id: text };
  const colon = text.indexOf(':');
  if (colon < 1) throw invalidClient(malformed);
  const id = formDecoded(text.slice(0, colon));
  const secret = formDecoded(text.slice(colon + 1));
  if (id === null || secret === null) throw invalidClient(malformed);
  return { method: 'client_secret_basic', id, secret };
}

/** RFC 6749 section 2.3.1: id and secret are form-encoded before they are joined. */
function formDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

function presentAssertion(assertion: string, form: URLSearchParams): Presented {
  if (form.get('client_assertion_type') !== assertionType) {
    throw new OAuthError(400, 'invalid_request', "The 'client_assertion_type' is invalid.");
  }
  const id = clientIdOfAssertion(assertion);
  const named = form.get('client_id');
  if (id === null || (named !== null && named !== id)) throw authenticationFailed();
  return { method: 'private_key_jwt', id, assertion };
}

function checkSecret(client: ClientEntity, secret: string): void {
  if (!client.secrets.some((known) => sameText(known, secret))) {
    throw invalidClient('The client secret supplied for a confidential client is invalid.');
  }
}

function authenticationFailed(): OAuthError {
  return invalidClient(
    'Client authentication failed. Either the client or the client credentials are invalid.',
  );
}

function invalidClient(description: string): OAuthError {
  return new OAuthError(401, 'invalid_client', description);
}
