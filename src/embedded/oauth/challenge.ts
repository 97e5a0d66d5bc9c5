import { sendPush } from '../factors/push.ts';
import { isSent, maySendCode, sendCode } from '../factors/sent-codes.ts';
import { OAuthError } from '../http/responses.ts';
import type { Org } from '../org.ts';
import type { FactorEntity, MfaTokenEntity } from '../store/factor-entities.ts';
import { newToken } from '../store/ids.ts';
import { authenticateClient } from './client-auth.ts';
import { pollInterval } from './grants/mfa-oob.ts';
import { findMfaToken, mfaOob, mfaOtp, noSuchAuthenticator, type PendingMfa } from './mfa.ts';
import { type EndpointRequest, readForm, required, tooManyRequests } from './request.ts';
import { splitScope } from './scopes.ts';

const oobLifetimeSeconds = 300;
const oobCodeLength = 34;
/** Okta also has `voice`, which this org does not support. */
const channels = ['push', 'sms', 'email', 'voice'] as const;

/** `POST {base}/challenge`: how a sign-in continues after a correct password. */
export async function challenge(request: EndpointRequest): Promise<Response> {
  const { org, server } = request;
  const form = await readForm(request.c);
  const client = await authenticateClient(request, form);
  const pending = findMfaToken({ org, server, client, form });
  const types = supportedTypes(form);
  const usable = types.filter((type) => client.grantTypes.includes(type));
  if (usable.length === 0) {
    const configured = `[${client.grantTypes.join(', ')}]`;
    const text = `The client is not authorized to use the provided grant type. Configured grant types: ${configured}.`;
    throw new OAuthError(400, 'unauthorized_client', text);
  }
  const answer =
    form.has('channel_hint') || !usable.includes(mfaOtp)
      ? outOfBand(org, pending, { usable, hint: required(form, 'channel_hint') })
      : oneTimeCode(pending);
  return Response.json(answer, {
    headers: { 'cache-control': 'no-cache, no-store', pragma: 'no-cache' },
  });
}

function supportedTypes(form: URLSearchParams): string[] {
  const types = splitScope(form.get('challenge_types_supported'));
  if (types.length === 0) return [mfaOtp, mfaOob];
  const unknown = types.find((type) => type !== mfaOtp && type !== mfaOob);
  if (unknown === undefined) return types;
  const text = `'${unknown}' isn't supported as a 'challenge_type'. Try again with another value.`;
  throw new OAuthError(403, 'access_denied', text);
}

function oneTimeCode({ factors }: PendingMfa) {
  const hasApp = factors.some(({ type }) => type === 'token:software:totp');
  if (!hasApp) throw noSuchAuthenticator();
  return { challenge_type: mfaOtp };
}

interface Channel {
  readonly usable: readonly string[];
  readonly hint: string;
}

function outOfBand(org: Org, { mfa, factors }: PendingMfa, { usable, hint }: Channel) {
  const channel = channels.find((known) => known === hint);
  if (channel === undefined) {
    const text = `'${hint}' isn't supported as a 'channel_hint'. Try again with another value.`;
    throw new OAuthError(400, 'invalid_request', text);
  }
  const factor = factors.find(({ type }) => type === channel);
  if (factor === undefined || !usable.includes(mfaOob)) throw noSuchAuthenticator();
  const opened = isSent(factor) ? sendOverChannel(org, factor) : pushOverChannel(org, mfa, factor);
  mfa.oob = {
    code: newToken(oobCodeLength, 'ft'),
    factorId: factor.id,
    pushId: opened.pushId,
    lastPolledAt: null,
    expiresAt: org.now() + oobLifetimeSeconds * 1000,
  };
  return {
    challenge_type: mfaOob,
    oob_code: mfa.oob.code,
    channel,
    expires_in: oobLifetimeSeconds,
    ...opened.binding,
  };
}

function sendOverChannel(org: Org, factor: FactorEntity & { type: 'sms' | 'email' }) {
  if (!maySendCode(org, factor)) throw tooManyRequests();
  sendCode(org, factor);
  return { pushId: null, binding: { binding_method: 'prompt' } };
}

function pushOverChannel(org: Org, mfa: MfaTokenEntity, factor: FactorEntity) {
  // The phone shows only the newest push.
  org.store.pushes.delete(mfa.oob?.pushId ?? '');
  const { id, numbers } = sendPush(org, factor, factor.numberMatching);
  const binding =
    numbers === null
      ? { binding_method: 'none' }
      : { binding_method: 'transfer', binding_code: String(numbers.correct) };
  return { pushId: id, binding: { ...binding, interval: pollInterval } };
}
