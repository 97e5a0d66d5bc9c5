import { andThen, type PromiseOrValue } from '../../async/maybe-promise.ts';
import type { Caller } from '../../callers/caller.ts';
import { accountRefusal } from '../../identity/account-status.ts';
import type { User } from '../../identity/model.ts';
import type { ActiveToken } from '../../tokens/token/model.ts';
import type { Context } from '../base/context.ts';
import { callerError, throwTopLevel } from '../base/top-level-errors.ts';

/** @throws GraphQLError CALLER_UNAUTHENTICATED, FORBIDDEN, TOKEN_EXPIRED, TOKEN_INVALID */
export function requireService(context: Context): PromiseOrValue<void> {
  return andThen(context.caller(), checkService);
}

function checkService(caller: Caller): void {
  switch (caller.kind) {
    case 'service':
      return;
    case 'customer':
      throw callerError('FORBIDDEN');
    case 'anonymous':
      throw callerError('CALLER_UNAUTHENTICATED');
    case 'rejected':
      throw callerError(caller.code, caller.message);
  }
}

/**
 * Null for an anonymous caller.
 * @throws GraphQLError as `requireService`, FORBIDDEN for a service that names no customer
 */
export async function customerToken(context: Context): Promise<ActiveToken | null> {
  const caller = await context.customer();
  switch (caller.kind) {
    case 'customer':
      return caller.token;
    case 'anonymous':
      return null;
    case 'service':
      throw callerError('FORBIDDEN');
    case 'rejected':
      throw callerError(caller.code, caller.message);
  }
}

/**
 * As `customerToken`, but also accepts a revoked token. Only for repeating the request that revoked it.
 */
export async function customerTokenEvenRevoked(context: Context): Promise<ActiveToken | null> {
  const caller = await context.customer();
  return (caller.kind === 'rejected' && caller.revoked) || customerToken(context);
}

/** A customer who calls about their own account. */
export interface OwnAccount {
  readonly user: User;
  readonly token: ActiveToken;
}

/**
 * For reading; the profile may be cached (`Profiles`). Null for an anonymous caller.
 * @throws GraphQLError as `customerToken`, TOKEN_INVALID for an account that is gone or disabled,
 *   UPSTREAM_UNAVAILABLE for one of a status that is not known here
 */
export async function ownAccount(context: Context): Promise<OwnAccount | null> {
  const token = await customerToken(context);
  if (token === null) return null;
  const user = token.userId === null ? null : await context.users.load(token.userId);
  return enabled(token, user, context);
}

/**
 * For changes: reads the status of the account now.
 * @throws GraphQLError as `ownAccount`, CALLER_UNAUTHENTICATED for an anonymous caller
 */
export async function requireOwnAccount(context: Context): Promise<OwnAccount> {
  const token = await customerToken(context);
  if (token === null) throw callerError('CALLER_UNAUTHENTICATED');
  const user = token.userId === null ? null : await context.users.loadFresh(token.userId);
  return enabled(token, user, context);
}

function enabled(
  token: ActiveToken,
  user: User | null,
  { record }: Pick<Context, 'record'>,
): OwnAccount {
  const refusal = refusalOf(user);
  if (user !== null && refusal === null) return { user, token };
  record.noteTokenRefusal(refusal ?? 'ACCOUNT_NOT_FOUND');
  throw callerError('TOKEN_INVALID');
}

/** @throws GraphQLError as `ownAccount` */
function refusalOf(user: User | null): ReturnType<typeof accountRefusal> {
  try {
    return accountRefusal(user);
  } catch (error) {
    return throwTopLevel(error);
  }
}
