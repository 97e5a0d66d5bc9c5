import { consumeLimits } from '../../callers/consume-limits.ts';
import type { CallContext } from '../../identity/model.ts';
import type { SendMail } from '../../identity/port.ts';
import type { LimitKind } from '../../limits/rules.ts';
import { builder } from '../base/builder.ts';
import type { BackgroundJob, Context } from '../base/context.ts';
import { withMinDuration } from '../guards/min-duration.ts';
import { asLogin, loginRule, readInput } from '../guards/validation.ts';

const TokenDelivery = builder.enumType('TokenDelivery', {
  description: 'The ways by which a one-time token is sent.',
  values: {
    EMAIL: { description: 'By e-mail: the Okta org sends it to the address of the account.' },
  },
});

/**
 * The answer of a field that mails a token to the owner of an address: the same for every address.
 */
export interface TokenRequested {
  readonly delivery: typeof TokenDelivery.$inferType;
}

const byEmail: TokenRequested = { delivery: 'EMAIL' };

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

interface Asked {
  readonly kind: Extract<LimitKind, BackgroundJob['task']>;
  /** As it was sent. */
  readonly email: string;
}

/**
 * Answers a request for a mailed token, which is checked and counted first. The caller waits only for
 * what is the same for every address. The mail is sent after the answer: its duration and outcome
 * would show who has an account.
 * @throws ValidationFailed, RateLimited
 */
export async function requestMailedToken(
  { kind, ...input }: Asked,
  context: Context,
  find: (email: string, call: CallContext) => Promise<SendMail | null>,
): Promise<TokenRequested> {
  const { email } = readInput(input, { email: asLogin });
  await consumeLimits({ kind, account: email }, context);
  const { accounts, background, call } = context;
  await withMinDuration(accounts.answerFloorMs, async () => {
    const work = await find(email, call);
    if (work !== null) background.start({ task: kind, work }, context);
  });
  return byEmail;
}
