import { consumeLimits } from '../../callers/consume-limits.ts';
import { ValidationFailed } from '../../identity/errors.ts';
import type { SendMail } from '../../identity/port.ts';
import type { LimitKind } from '../../limits/rules.ts';
import { builder } from '../base/builder.ts';
import type { BackgroundJob, Context } from '../base/context.ts';
import { withMinDuration } from '../guards/min-duration.ts';
import { asLogin, loginRule, readInput } from '../guards/validation.ts';

const TokenDelivery = builder.enumType('TokenDelivery', {
  description: 'The ways in which a one-time token is sent.',
  values: {
    EMAIL: { description: 'By e-mail: the Okta org sends it to the address of the account.' },
  },
});

/** The same for every address. */
interface TokenRequested {
  readonly delivery: typeof TokenDelivery.$inferType;
}

const byEmail: TokenRequested = { delivery: 'EMAIL' };

interface MailRequest {
  readonly kind: Extract<LimitKind, BackgroundJob['task']>;
  readonly description: string;
  /** The description of the success type. */
  readonly success: string;
  /** What sends the mail; null where there is no account that would get one. */
  readonly findMail: (
    email: string,
    context: Pick<Context, 'identity' | 'call'>,
  ) => Promise<SendMail | null>;
}

/**
 * A mutation that has a token mailed to the owner of an address. Its types are named after it:
 * `RequestUnlockInput`, `RequestUnlockSuccess` and `RequestUnlockResult` for `requestUnlock`.
 */
export function requestMailField(
  name: 'requestPasswordReset' | 'requestUnlock' | 'resendVerificationEmail',
  { kind, description, success, findMail }: MailRequest,
): void {
  const prefix = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const Success = successType(`${prefix}Success`, success);
  const Input = builder.inputType(`${prefix}Input`, {
    description: `What \`${name}\` needs: the e-mail address of the account.`,
    fields: (t) => ({
      email: t.string({
        required: true,
        description: `The login of the account: its e-mail address, or another name that the org accepts at log-in. 1 to 100 characters. ${loginRule}`,
      }),
    }),
  });
  builder.mutationField(name, (t) =>
    t.errorUnionField({
      description,
      args: {
        input: t.arg({
          type: Input,
          required: true,
          description: 'The e-mail address of the account.',
        }),
      },
      types: [Success, ValidationFailed],
      union: {
        name: `${prefix}Result`,
        description: 'That the request was accepted, whatever its outcome, or why it was not.',
        resolveType: () => Success.name,
      },
      resolve: (_root, { input }, context) => requestMail(input, { kind, findMail }, context),
    }),
  );
}

function successType(name: string, description: string) {
  return builder.objectRef<TokenRequested>(name).implement({
    description,
    fields: (t) => ({
      delivery: t.expose('delivery', {
        type: TokenDelivery,
        description: 'How the token is sent, if there is such an account.',
      }),
    }),
  });
}

/**
 * Checks and counts the request first. The caller waits only for what is the same for every address.
 * The mail is sent after the answer: its duration and outcome would show who has an account.
 * @throws ValidationFailed, RateLimited
 */
async function requestMail(
  input: { readonly email: string },
  { kind, findMail }: Pick<MailRequest, 'kind' | 'findMail'>,
  context: Context,
): Promise<TokenRequested> {
  const { email } = readInput(input, { email: asLogin });
  await consumeLimits({ kind, account: email }, context);
  const { accounts, background } = context;
  await withMinDuration(accounts.answerFloorMs, async () => {
    const work = await findMail(email, context);
    if (work !== null) background.start({ task: kind, work }, context);
  });
  return byEmail;
}
