export const email = 'ada@example.com';
export const pushUser = 'push@example.com';
export const password = 'Tr0ub4dor&3';
export const phoneNumber = '+15554151337';
/** Of the customer's authenticator app. */
export const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

/** For the seed of an org: one with a factor of each type, and one with a push alone. */
export const users = [
  {
    email,
    password,
    factors: [
      { type: 'token:software:totp', secret },
      { type: 'sms', phoneNumber },
      { type: 'email' },
      { type: 'push', numberMatching: true },
    ],
  },
  { email: pushUser, password, factors: [{ type: 'push' }] },
] as const;
