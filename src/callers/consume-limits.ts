import type { Context } from '../graphql/base/context.ts';
import type { LogInAnswer } from '../graphql/types/log-in-result.ts';
import type { Permit, Who } from '../limits/limits.ts';
import type { LimitKind } from '../limits/rules.ts';

export interface Asked {
  readonly kind: LimitKind;
  /** The name to log in with or the address, as it was sent. */
  readonly account?: string;
  /** The refresh token that was sent. */
  readonly token?: string;
}

const unlimited: Permit = { passed: async () => {}, proven: async () => {} };

/**
 * Counts a field: after its input was checked, which costs nothing, and before anything is asked of
 * the account, so that unknown accounts are counted as known ones are. @throws RateLimited
 */
export async function admit(
  { kind, account = '', token = '' }: Asked,
  context: Context,
): Promise<Permit> {
  const { limits } = context;
  if (limits === null) return unlimited;
  const sent = { account: account || null, token: token || null, customer: null };
  return limits.admit(kind, { ...sent, ...(await clientOf(context)) });
}

/**
 * As `admit`, for what a customer does who is logged in: by the customer, since a frontend server
 * sends for many of them. Whoever is not logged in is let through, for the field to refuse.
 * @throws RateLimited
 */
export async function admitOwner(kind: LimitKind, context: Context): Promise<Permit> {
  const { limits } = context;
  if (limits === null) return unlimited;
  const owner = await context.customer();
  if (owner.kind !== 'customer') return unlimited;
  const customer = owner.token.userId ?? owner.token.subject;
  return limits.admit(kind, { ...nothingKnown, customer });
}

/** Settles the limits of a log-in that was not refused. @param account null: the tokens say */
export async function settleLogIn(
  permit: Permit,
  answer: LogInAnswer | { readonly member: 'MfaPending' },
  account: string | null,
): Promise<void> {
  if (answer.member !== 'LogInSuccess') return permit.passed();
  return permit.proven(account ?? answer.tokens.owner?.login ?? null);
}

/** Where nothing about the caller is known. */
export const nothingKnown: Who = {
  account: null,
  client: null,
  device: null,
  caller: null,
  customer: null,
  token: null,
};

/**
 * A service's word for its shopper counts; of anyone else the address that the request came from. An
 * old token that is sent along and cannot be checked must not keep anyone from a new one.
 */
async function clientOf(context: Context): Promise<Pick<Who, 'client' | 'device' | 'caller'>> {
  const caller = await Promise.resolve(context.caller()).catch(() => null);
  if (caller?.kind !== 'service')
    return { client: context.call.address, device: null, caller: null };
  const { clientIp = null, deviceId = null } = context.call.shopper ?? {};
  return { client: clientIp, device: deviceId, caller: caller.id };
}
