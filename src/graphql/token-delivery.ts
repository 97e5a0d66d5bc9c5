import { builder } from './builder.ts';

export const TokenDelivery = builder.enumType('TokenDelivery', {
  description: 'The ways by which a one-time token is sent.',
  values: {
    EMAIL: { description: 'By e-mail: the Okta org sends it to the address of the account.' },
  },
});

/** What a field answers that sends a token to whoever owns an address: the same for every address. */
export interface TokenRequested {
  readonly delivery: typeof TokenDelivery.$inferType;
}

export const byEmail: TokenRequested = { delivery: 'EMAIL' };
