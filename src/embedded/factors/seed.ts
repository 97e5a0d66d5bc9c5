import type { SeedFactor } from '../handle.ts';
import type { UserEntity } from '../store/entities.ts';
import type { FactorEntity } from '../store/factor-entities.ts';
import { newId } from '../store/ids.ts';

const idKinds = {
  'token:software:totp': 'totp',
  email: 'email',
  sms: 'sms',
  push: 'pushFactor',
} as const;

/** An active factor of a seeded user. */
export function seededFactor(user: UserEntity, seed: SeedFactor, now: number): FactorEntity {
  return {
    id: newId(idKinds[seed.type]),
    userId: user.id,
    type: seed.type,
    provider: seed.type === 'token:software:totp' ? 'GOOGLE' : 'OKTA',
    status: 'ACTIVE',
    created: now,
    lastUpdated: now,
    address: addressOf(user, seed),
    secret: seed.type === 'token:software:totp' ? seed.secret : null,
    lastTimeStep: null,
    sentCode: null,
    sentAt: null,
    numberMatching: seed.type === 'push' && seed.numberMatching === true,
  };
}

function addressOf(user: UserEntity, seed: SeedFactor): string | null {
  if (seed.type === 'sms') return seed.phoneNumber;
  return seed.type === 'email' ? user.profile.email : null;
}
