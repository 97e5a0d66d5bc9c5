import { consumeLimits } from '../../callers/consume-limits.ts';
import { AccountError, EmailTaken, UpstreamUnavailable } from '../../identity/errors.ts';
import type { Credentials, Tokens, User } from '../../identity/model.ts';
import type { Context } from '../base/context.ts';

/**
 * After a sign-up that failed the account may exist nevertheless, created by this call or by an earlier
 * one whose answer got lost. It is the caller's own if it is new and the password is right. The attempt
 * counts as a log-in.
 * @throws the failure, where it is not the caller's own
 */
export async function retriedSignUp(
  credentials: Credentials,
  context: Context,
  failure: unknown,
): Promise<{ readonly user: User; readonly tokens: Tokens }> {
  const { identity, call } = context;
  const { email } = credentials;
  if (!(failure instanceof EmailTaken || failure instanceof UpstreamUnavailable)) throw failure;
  try {
    const user = await identity.findNewUser(email, call);
    if (user === null) throw failure;
    const permit = await consumeLimits({ kind: 'PASSWORD', account: email }, context);
    const outcome = await identity.logIn(credentials, call);
    await permit.refund();
    // The password alone is not enough to show a profile to.
    if (outcome.kind !== 'tokens') throw failure;
    return { user, tokens: outcome.tokens };
  } catch (error) {
    // The caller asked for a sign-up: why the check of an earlier one failed is no answer to that.
    throw error instanceof AccountError ? failure : error;
  }
}
