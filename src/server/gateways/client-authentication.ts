import type { ServiceClient } from '../../config.ts';
import { callerOfToken } from '../../graphql/caller.ts';
import type { Caller, IncomingCall, Shared } from '../../graphql/context.ts';
import { findServiceClient } from '../../graphql/service-clients.ts';
import { OAuthRefusal } from './oauth-refusal.ts';

interface Presented {
  readonly authorization: string | null;
  readonly form: ReadonlyMap<string, string>;
}

/**
 * Who calls, by the secret of a service in the header or in the form (RFC 6749 section 2.3.1), or by
 * its own access token (RFC 7662 section 2.1).
 * @throws OAuthRefusal 400 for two ways at once; AccountError where a token cannot be checked now
 */
export async function authenticateClient(
  { authorization, form }: Presented,
  shared: Shared,
  call: IncomingCall,
): Promise<Caller> {
  const clients = shared.services.clients();
  const [, scheme = '', credentials = ''] = /^ *(\S*) *(.*?) *$/.exec(authorization ?? '') ?? [];
  const secret = form.get('client_secret');
  if (scheme !== '' && secret !== undefined) {
    throw new OAuthRefusal(400, 'invalid_request', 'The client authenticates in two ways at once.');
  }
  switch (scheme.toLowerCase()) {
    case '':
      if (secret === undefined) return { kind: 'anonymous' };
      return serviceOf([Buffer.from(`${form.get('client_id') ?? ''}:${secret}`)], clients);
    case 'basic':
      return serviceOf(spellingsOf(Buffer.from(credentials, 'base64')), clients);
    case 'bearer':
      return callerOfToken(credentials, shared, call);
    default:
      return { kind: 'rejected', code: 'CALLER_UNAUTHENTICATED' };
  }
}

function serviceOf(spellings: readonly Buffer[], clients: readonly ServiceClient[]): Caller {
  const id = findServiceClient(spellings, clients);
  return id === null
    ? { kind: 'rejected', code: 'CALLER_UNAUTHENTICATED' }
    : { kind: 'service', id };
}

/** As it is (RFC 7617), and form-encoded before (RFC 6749): libraries do either. */
function spellingsOf(pair: Buffer): readonly Buffer[] {
  const text = pair.toString();
  if (!/[%+]/.test(text)) return [pair];
  try {
    return [pair, Buffer.from(decodeURIComponent(text.replaceAll('+', ' ')))];
  } catch {
    return [pair];
  }
}
