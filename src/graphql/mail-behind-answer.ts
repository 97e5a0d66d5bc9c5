import type { CallContext } from '../identity/model.ts';
import type { SendMail } from '../identity/port.ts';
import { answerNoSoonerThan } from './answer-floor.ts';
import type { BehindAnswer, Context } from './context.ts';

/**
 * Finds the mail and sends it behind the answer. Only what is alike for every address is waited for:
 * how long a mail takes, and whether it can be sent, would tell who has an account.
 */
export async function mailBehindAnswer(
  task: BehindAnswer['task'],
  context: Context,
  find: (call: CallContext) => Promise<SendMail | null>,
): Promise<void> {
  const { accounts, background, call } = context;
  await answerNoSoonerThan(accounts.answerFloorMs, async () => {
    const work = await find(call);
    if (work !== null) background.start({ task, work }, context);
  });
}
