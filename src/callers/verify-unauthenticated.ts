import type { PromiseOrValue } from '../async/maybe-promise.ts';
import type { Config } from '../config.ts';
import type { Limits } from '../limits/limits.ts';
import type { TokenVerifier, Verdict, VerifyOptions } from '../tokens/token/model.ts';
import { unknownSubject } from './consume-limits.ts';
import type { IncomingCall } from './incoming-request.ts';
import type { ServiceClients } from './service-clients.ts';

/** What callers are identified with; wired once at the start. */
export interface Authentication {
  readonly verifier: TokenVerifier;
  /** Null: there are no limits. */
  readonly limits: Limits | null;
  readonly services: Config['services'] & { readonly clients: ServiceClients };
}

export interface TokenCheck {
  readonly shared: Pick<Authentication, 'verifier' | 'limits'>;
  readonly call: IncomingCall;
  /** Address of the client that is counted; null: unknown, so none is. Default: that of the call. */
  readonly client?: string | null;
}

/**
 * The verdict on a token whose sender is not authenticated. Okta has to be asked about each token of
 * the org authorization server, so made-up ones are counted.
 * @throws AccountError where it cannot be checked now
 */
export function verifyUnauthenticated(
  token: string,
  options: VerifyOptions,
  check: TokenCheck,
): PromiseOrValue<Verdict> {
  return check.shared.verifier.verifySync(token, options) ?? verifyCounted(token, options, check);
}

async function verifyCounted(
  token: string,
  options: VerifyOptions,
  { shared, call, client = call.address }: TokenCheck,
): Promise<Verdict> {
  const { verifier, limits } = shared;
  if (limits === null) return verifier.verify(token, options, call);
  const permit = await limits.consume('INTROSPECTION', { ...unknownSubject, client });
  const verdict = await verifier.verify(token, options, call);
  if (verdict.active) await permit.refund();
  return verdict;
}
