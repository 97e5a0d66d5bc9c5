import type { CallContext } from '../../identity/model.ts';
import type { SendMail } from '../../identity/port.ts';
import type { LimitKind } from '../../limits/rules.ts';
import type { BehindAnswer, Context } from '../base/context.ts';
import { answerNoSoonerThan } from '../guards/min-duration.ts';
import { admit } from '../guards/rate-limit.ts';
import { asLogin, readInput } from '../guards/validation.ts';
import { byEmail, type TokenRequested } from '../token-delivery.ts';

interface Asked {
  readonly kind: Extract<LimitKind, BehindAnswer['task']>;
  /** As it was sent. */
  readonly email: string;
}

/**
 * Answers a request for a mailed token, which is checked and counted first. Only what is alike for every
 * address is waited for, and the mail is sent behind the answer: how long it takes, and whether it can be
 * sent, would tell who has an account.
 * @throws ValidationFailed, RateLimited
 */
export async function requestMailedToken(
  { kind, ...input }: Asked,
  context: Context,
  find: (email: string, call: CallContext) => Promise<SendMail | null>,
): Promise<TokenRequested> {
  const { email } = readInput(input, { email: asLogin });
  await admit({ kind, account: email }, context);
  const { accounts, background, call } = context;
  await answerNoSoonerThan(accounts.answerFloorMs, async () => {
    const work = await find(email, call);
    if (work !== null) background.start({ task: kind, work }, context);
  });
  return byEmail;
}
