import type { PromiseOrValue } from '../async/maybe-promise.ts';
import type { Shared } from '../graphql/base/context.ts';
import type { Verdict, VerifyOptions } from '../tokens/token/model.ts';
import type { IncomingCall } from './call-context.ts';
import { nothingKnown } from './consume-limits.ts';

export interface Asking {
  readonly shared: Shared;
  readonly call: IncomingCall;
  /** Address of the client that is counted; null: not known, so none is. Default: that of the call. */
  readonly client?: string | null;
}

/**
 * The verdict on a token that anyone can have sent. Of the org authorization server's Okta is asked
 * about each, so made-up ones are counted. @throws AccountError where it cannot be checked now
 */
export function verifyStrangers(
  token: string,
  options: VerifyOptions,
  asking: Asking,
): PromiseOrValue<Verdict> {
  return asking.shared.verifier.verifySync(token, options) ?? verifyUnknown(token, options, asking);
}

async function verifyUnknown(
  token: string,
  options: VerifyOptions,
  { shared, call, client = call.address }: Asking,
): Promise<Verdict> {
  const { verifier, limits } = shared;
  if (limits === null) return verifier.verify(token, options, call);
  const permit = await limits.admit('INTROSPECTION', { ...nothingKnown, client });
  const verdict = await verifier.verify(token, options, call);
  if (verdict.active) await permit.passed();
  return verdict;
}
