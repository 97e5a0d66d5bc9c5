export const password = 'Correct-Horse-7';

/** For the seed of an org: one for each status, and two for STAGED, which may have a password. */
export const users = [
  { email: 'active@example.com', password, status: 'ACTIVE' },
  { email: 'expired@example.com', password, status: 'PASSWORD_EXPIRED' },
  { email: 'recovery@example.com', password, status: 'RECOVERY' },
  { email: 'locked@example.com', password, status: 'LOCKED_OUT' },
  { email: 'staged@example.com', password: null, status: 'STAGED' },
  { email: 'imported@example.com', password, status: 'STAGED' },
  { email: 'provisioned@example.com', password: null, status: 'PROVISIONED' },
  { email: 'suspended@example.com', password, status: 'SUSPENDED' },
  { email: 'gone@example.com', password: null, status: 'DEPROVISIONED' },
] as const;

/** What an untouched org requires of a new account besides its address. */
export const names = { firstName: 'Ada', lastName: 'Lovelace' } as const;
