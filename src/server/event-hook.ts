import type { IncomingMessage } from 'node:http';
import { createSecretMatch } from '../crypto/secret-match.ts';
import { parseJson } from './http/body.ts';
import { HttpError, type HttpResponse, jsonResponse, methodNotAllowed } from './http/http-error.ts';
import { requireJson } from './http/media-types.ts';
import type { RequestContext, Route } from './http/request-context.ts';

export interface HookOptions {
  /** Each may be what the `Authorization` header of a delivery is, whole; none: no hook is received. */
  readonly secrets: () => readonly string[];
  /**
   * Resolves, once this process has handled the events, to their number by kind, by names of a closed
   * set; to null for a body that is not a delivery.
   */
  readonly take: (body: unknown) => Promise<Readonly<Record<string, number>> | null>;
}

/** Of one delivery; Okta puts the events of a burst together. */
const maxBodyBytes = 1024 * 1024;
const challengeHeader = 'x-okta-verification-challenge';

/**
 * Where Okta's event hooks deliver (https://developer.okta.com/docs/concepts/event-hooks/). Okta waits
 * three seconds and tries once more, never after a 4xx. @throws HttpError
 */
export function createHookRoute({ secrets, take }: HookOptions): Route {
  const find = createSecretMatch(secrets, (secret) => secret);

  function authorize({ headers }: IncomingMessage): void {
    if (find([headers.authorization ?? '']) !== null) return;
    throw new HttpError(401, 'The Authorization header is missing or wrong.', {
      headers: { 'WWW-Authenticate': 'Bearer' },
    });
  }

  async function receive({ request, readBody, record }: RequestContext): Promise<HttpResponse> {
    authorize(request);
    requireJson(request.headers);
    const text = await readBody(maxBodyBytes);
    const body = parseJson(text);
    if (body === undefined) throw new HttpError(400, 'The body is not JSON.');
    const counts = await take(body);
    if (counts === null) throw new HttpError(400, 'The body is no delivery of an event hook.');
    record.events = counts;
    return { status: 204, headers: {}, body: '' };
  }

  return async (context) => {
    switch (context.request.method) {
      case 'GET':
        return verification(context.request);
      case 'POST':
        return receive(context);
      default:
        throw methodNotAllowed('GET, POST');
    }
  };
}

/**
 * Sent once, when the hook is set up. It is not documented whether Okta sends the secret with it, so
 * none is required: the answer only repeats what was sent.
 */
function verification({ headers }: IncomingMessage): HttpResponse {
  const challenge = headers[challengeHeader];
  if (typeof challenge !== 'string' || !/^[\x21-\x7e]{1,512}$/.test(challenge)) {
    throw new HttpError(400, 'This is where event hooks of Okta deliver by POST.');
  }
  return jsonResponse(200, { verification: challenge });
}
