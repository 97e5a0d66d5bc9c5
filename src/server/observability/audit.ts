import { createHmac, hkdfSync } from 'node:crypto';
import type { Caller, NamedCustomer } from '../../callers/caller.ts';
import type { FieldOutcome, MutationOutcome } from '../../graphql/base/context.ts';
import { canonicalLogin } from '../../identity/normal-form.ts';
import type { Log } from '../../logging/log.ts';
import type { Path } from './path.ts';

/** One line of the audit log: a list of what it may hold, never of what it may not. */
interface AuditLine {
  /** The mutation, or `authenticate` for a service, or a hook of Okta, that has failed to. */
  readonly action: string;
  /** The type of the result, or the code of the error. */
  readonly outcome: string;
  /** More about the outcome, as a code: the scope of a limit, why a session has ended. */
  readonly reason: string | null;
  /** Okta's id of the account, where it is known without a call. */
  readonly userId: string | null;
  /** The same for the same address, and it does not reveal the address. */
  readonly emailHash: string | null;
  /** Okta's id of the session, of its tokens. */
  readonly sessionId: string | null;
  readonly caller: Caller['kind'] | null;
  /** The service that called. */
  readonly service: string | null;
  /** Of the customer's device, where a service vouches for one, and otherwise of who called. */
  readonly clientIp: string | null;
  readonly requestId: string;
  /** Ids in Okta's System Log of the calls that the request made. */
  readonly oktaRequestIds: readonly string[];
}

/** One request, for its lines in the audit log. */
export interface Audited {
  readonly path: Path;
  readonly status: number | null;
  readonly outcomes: readonly string[];
  readonly caller: Caller | null;
  /** The customer of `X-Customer-Token`; null where there is none. */
  readonly customer: NamedCustomer | null;
  readonly clientIp: string | null;
  readonly requestId: string;
  readonly oktaRequestIds: readonly string[];
}

export interface Audit {
  /** One field of a request. */
  ended(end: FieldOutcome, mutation: MutationOutcome, of: Audited): void;
  /** The request as a whole: a line where a service has failed to authenticate. */
  request(of: Audited): void;
}

export interface AuditOptions {
  readonly log: Log;
  /** Secret: without it a hash could be reversed by trying addresses. */
  readonly key: Uint8Array;
}

/** Writes to the request log, at every level except silent. */
export function createAudit({ log, key }: AuditOptions): Audit {
  const own = log.child({ event: 'audit' }, { level: log.level === 'silent' ? 'silent' : 'info' });
  const hash = createHash(key);
  const write = (line: AuditLine) =>
    own.info(line, 'A mutation, or a failed authentication, was recorded.');
  return {
    ended({ field, outcome }, mutation, of) {
      write(lineOf(field, outcome, { ...mutation, of, hash }));
    },
    request(of) {
      const outcome = failedAuthentication(of);
      if (outcome !== null) write(lineOf('authenticate', outcome, { ...noSubject, of, hash }));
    },
  };
}

const noSubject: MutationOutcome = { reason: null, userId: null, email: null, sessionId: null };

function lineOf(
  action: string,
  outcome: string,
  about: MutationOutcome & { readonly of: Audited; readonly hash: (email: string) => string },
): AuditLine {
  const { reason, userId, email, sessionId, of, hash } = about;
  const { caller, clientIp, requestId, oktaRequestIds } = of;
  const owner = of.customer ?? caller;
  const token = owner?.kind === 'customer' ? owner.token : null;
  return {
    action,
    outcome,
    reason,
    userId: userId ?? token?.userId ?? null,
    emailHash: email === null ? null : hash(email),
    sessionId,
    caller: caller?.kind ?? null,
    service: caller?.kind === 'service' ? caller.id : null,
    clientIp,
    requestId,
    oktaRequestIds,
  };
}

/** Of a service or of Okta's hook: that a customer's token has expired happens all the time. */
function failedAuthentication({ path, status, outcomes, caller }: Audited): string | null {
  if (caller?.kind === 'rejected') return ofServices.has(caller.code) ? caller.code : null;
  if (status !== 401 || (path !== '/introspect' && path !== '/hooks/okta')) return null;
  return outcomes[0] ?? 'CALLER_UNAUTHENTICATED';
}

const ofServices: ReadonlySet<string> = new Set(['CALLER_UNAUTHENTICATED', 'FORBIDDEN']);

const hashBytes = 16;

function createHash(key: Uint8Array): (email: string) => string {
  const own = Buffer.from(hkdfSync('sha256', key, '', 'okta-account-api audit e-mail', 32));
  return (email) => {
    const mac = createHmac('sha256', own).update(canonicalLogin(email)).digest();
    return mac.subarray(0, hashBytes).toString('base64url');
  };
}
