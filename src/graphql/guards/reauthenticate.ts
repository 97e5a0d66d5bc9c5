import { consumeCustomerLimits } from '../../callers/consume-limits.ts';
import type { User } from '../../identity/model.ts';
import type { Context } from '../base/context.ts';
import { requireOwnAccount } from './access.ts';
import { asPassword, readInput } from './validation.ts';

/**
 * Asks a logged-in customer for the password again, since a stolen access token must not be enough.
 * @throws as `requireOwnAccount`, ValidationFailed, RateLimited, InvalidCredentials, AccountLocked,
 *   LogInDenied
 */
export async function reauthenticate(
  sent: string | null | undefined,
  context: Context,
): Promise<User> {
  const permit = await consumeCustomerLimits('REAUTHENTICATION', context);
  const { user } = await requireOwnAccount(context);
  const { password } = readInput({ password: sent ?? '' }, { password: asPassword });
  await context.identity.checkPassword({ email: user.login, password }, context.call);
  await permit.refund();
  return user;
}
