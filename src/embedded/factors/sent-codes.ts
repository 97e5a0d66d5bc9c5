import { randomInt } from 'node:crypto';
import type { ErrorCode } from '../http/error-catalogue.ts';
import { ApiError } from '../http/responses.ts';
import type { Org } from '../org.ts';
import type { FactorEntity } from '../store/factor-entities.ts';
import { newId } from '../store/ids.ts';
import { digits } from './totp.ts';

const codeLifetimeMs = 5 * 60_000;

/** Okta's minimum time between two messages, and its error before that. */
const waits: Readonly<
  Record<'sms' | 'email', { readonly ms: number; readonly refusal: ErrorCode }>
> = {
  sms: { ms: 30_000, refusal: 'E0000109' },
  email: { ms: 5_000, refusal: 'E0000118' },
};

/** Whether the factor is one whose codes this org sends. */
export function isSent(factor: FactorEntity): factor is FactorEntity & { type: 'sms' | 'email' } {
  return factor.type === 'sms' || factor.type === 'email';
}

/** False if the last message to this address is too recent, for any factor. */
export function maySendCode(org: Org, factor: FactorEntity & { type: 'sms' | 'email' }): boolean {
  const { ms } = waits[factor.type];
  return [...org.store.factors.values()].every(
    ({ address, sentAt }) =>
      address !== factor.address || sentAt === null || org.now() - sentAt >= ms,
  );
}

/**
 * Puts a message with a new code into the outbox. The previous code becomes invalid.
 * @throws ApiError E0000109 (SMS) or E0000118 (mail) when the last one is too recent
 */
export function sendCode(org: Org, factor: FactorEntity & { type: 'sms' | 'email' }): void {
  if (!maySendCode(org, factor)) throw new ApiError(waits[factor.type].refusal);
  const code = String(randomInt(10 ** digits)).padStart(digits, '0');
  factor.sentCode = { code, expiresAt: org.now() + codeLifetimeMs };
  factor.sentAt = org.now();
  org.store.mails.push({
    id: newId('mail'),
    kind: factor.type === 'sms' ? 'SMS_CODE' : 'EMAIL_CODE',
    to: factor.address ?? '',
    subject:
      factor.type === 'sms' ? `Your verification code is ${code}.` : 'Your verification code',
    token: null,
    link: null,
    code,
    sentAt: new Date(org.now()).toISOString(),
  });
}
