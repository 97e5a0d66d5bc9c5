import { ApiError, isObject } from '../http/responses.ts';
import type { Org } from '../org.ts';
import type { UserEntity } from '../store/entities.ts';
import type { FactorEntity } from '../store/factor-entities.ts';
import { newId } from '../store/ids.ts';
import { phoneNumber } from './phone-number.ts';
import { factorsOf, type Offer, offeredFactors } from './policy.ts';
import { isSent, sendCode } from './sent-codes.ts';
import { newSecret } from './totp.ts';

/** The members of a request that make a factor; `profile` holds the phone number or the address. */
type Request = Readonly<Record<string, unknown>>;

const idKinds = { 'token:software:totp': 'totp', email: 'email', sms: 'sms' } as const;

/**
 * Adds a factor that has to be activated with a code, which is sent at once for SMS and e-mail.
 * @throws ApiError E0000001 for a factor that is not offered or already enrolled, E0000098 for a bad phone
 * number, and as `sendCode`
 */
export function enrollFactor(org: Org, user: UserEntity, request: Request): FactorEntity {
  const factor = newFactor(org, user, request);
  // Before the earlier attempt is dropped: the time of its message counts.
  if (isSent(factor)) sendCode(org, factor);
  return add(org, factor);
}

/** As `enrollFactor`, but active at once, for callers who have verified the phone or mailbox: SMS and e-mail only. */
export function enrollActiveFactor(org: Org, user: UserEntity, request: Request): FactorEntity {
  const factor = newFactor(org, user, request);
  if (!isSent(factor)) return add(org, factor);
  factor.status = 'ACTIVE';
  return add(org, factor);
}

function add(org: Org, factor: FactorEntity): FactorEntity {
  for (const { id, userId, type, provider } of org.store.factors.values()) {
    const same = userId === factor.userId && type === factor.type && provider === factor.provider;
    if (same) org.store.factors.delete(id);
  }
  org.store.factors.set(factor.id, factor);
  return factor;
}

function newFactor(org: Org, user: UserEntity, request: Request): FactorEntity {
  const offer = requestedOffer(offeredFactors(org, user), request);
  const active = factorsOf(org, user).find(
    ({ type, provider, status }) =>
      type === offer.type && provider === offer.provider && status === 'ACTIVE',
  );
  const profile = isObject(request['profile']) ? request['profile'] : {};
  const address = addressOf(offer, profile, user);
  if (active !== undefined) {
    throw refusal(
      active.type === 'sms' && active.address !== address
        ? 'There is an existing verified phone number.'
        : 'Factor already exists.',
    );
  }
  return {
    id: newId(idKinds[offer.type]),
    userId: user.id,
    type: offer.type,
    provider: offer.provider,
    status: 'PENDING_ACTIVATION',
    created: org.now(),
    lastUpdated: org.now(),
    address,
    secret: offer.type === 'token:software:totp' ? newSecret() : null,
    lastTimeStep: null,
    sentCode: null,
    sentAt: null,
    numberMatching: false,
  };
}

function requestedOffer(offers: readonly Offer[], { factorType, provider }: Request): Offer {
  const offer = offers.find(
    (candidate) => candidate.type === factorType && candidate.provider === provider,
  );
  if (offer === undefined) {
    throw refusal('This factor type is not supported by the policy, or its provider is not.');
  }
  return offer;
}

function addressOf(
  { type }: Offer,
  profile: Readonly<Record<string, unknown>>,
  user: UserEntity,
): string | null {
  if (type === 'token:software:totp') return null;
  if (type === 'sms') return phoneNumber(profile['phoneNumber']);
  const { email = user.profile.email } = profile;
  if (email !== user.profile.email) {
    throw refusal('Only the primary email address of the user can be enrolled.');
  }
  return user.profile.email;
}

function refusal(cause: string): ApiError {
  return new ApiError('E0000001', { about: 'factorEnrollRequest', causes: [cause] });
}
