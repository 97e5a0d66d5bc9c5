import { builder } from './base/builder.ts';
import { loginRule } from './guards/validation.ts';

const TokenDelivery = builder.enumType('TokenDelivery', {
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

/** The success type of a mutation that has a token mailed. */
export function tokenRequestedType(name: string, description: string) {
  return builder.objectRef<TokenRequested>(name).implement({
    description,
    fields: (t) => ({
      delivery: t.expose('delivery', {
        type: TokenDelivery,
        description: 'The way by which the token is sent, if there is such an account.',
      }),
    }),
  });
}

/** The input type of a mutation that has a token mailed: an address. */
export function accountAddressInput(name: string, description: string) {
  return builder.inputType(name, {
    description,
    fields: (t) => ({
      email: t.string({
        required: true,
        description: `The login of the account: its e-mail address, or another name that the org lets customers log in by. 1 to 100 characters. ${loginRule}`,
      }),
    }),
  });
}
