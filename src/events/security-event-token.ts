import type { AccountEvent } from '../identity/account-event.ts';
import { type EventRow, rowOf, subjectTypes } from './security-event-types.ts';

/** The issuer of these events: this API, whatever its address is. */
export const eventIssuer = 'urn:okta-account-api';

/** The claims of a Security Event Token (RFC 8417) about one event, as SSF 1.0 narrows them. */
export interface SecurityEventClaims {
  readonly iss: string;
  /** The id of the event. An event that is sent twice has it twice. */
  readonly jti: string;
  readonly iat: number;
  /** What happened at Okta, by its id there. Events with the same cause share it. */
  readonly txn?: string;
  /** Without it the event concerns the tokens that belong to no user. */
  readonly sub_id?: SubjectIdentifier;
  /** One. */
  readonly events: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** RFC 9493, and `complex` of SSF 1.0 section 3.3. */
export type SubjectIdentifier = { readonly format: string } & Readonly<Record<string, unknown>>;

/**
 * Null for an event that is no Security Event: a gap, and a watermark. Contains ids and digests alone.
 * @param oktaIssuer of the customers' tokens: with the user id it is a subject
 */
export function securityEventOf(
  event: AccountEvent,
  oktaIssuer: string,
): SecurityEventClaims | null {
  const row = rowOf(event);
  if (row === null) return null;
  const at = Math.floor(event.at / 1000);
  const txn = transactionOf(event);
  const subject = subjectOf(event, oktaIssuer);
  return {
    iss: eventIssuer,
    jti: event.id,
    iat: at,
    ...(txn !== null && { txn }),
    ...(subject !== null && { sub_id: subject }),
    events: { [row.type]: { event_timestamp: at, ...membersOf(event, row, oktaIssuer) } },
  };
}

function membersOf(event: AccountEvent, row: EventRow, oktaIssuer: string) {
  const { initiatingEntity, reason, extra, effect } = row;
  return {
    ...(initiatingEntity !== undefined && { initiating_entity: initiatingEntity }),
    reason_admin: { en: reason },
    ...extra,
    ...(event.kind === 'SESSIONS_ENDED' &&
      event.except !== null && { except_session: sessionSubject(event.except) }),
    ...(event.kind === 'TOKEN_ENDED' &&
      event.userId !== null && { token_subject: userSubject(event.userId, oktaIssuer) }),
    effect,
  };
}

/** Ids of events that came from Okta are `<id at Okta> <kind> <user>`. */
function transactionOf({ id }: AccountEvent): string | null {
  const end = id.indexOf(' ');
  return end < 0 ? null : id.slice(0, end);
}

function subjectOf(event: AccountEvent, oktaIssuer: string): SubjectIdentifier | null {
  if (event.kind === 'TOKEN_ENDED') {
    return {
      format: subjectTypes.token,
      token_type: 'access_token',
      token_identifier_alg: 'hash_SHA256',
      token: event.tokenDigest,
    };
  }
  if (!('userId' in event)) return null;
  const user = userSubject(event.userId, oktaIssuer);
  if (event.kind !== 'SESSIONS_ENDED' || event.sessionId === null) return user;
  return { format: 'complex', user, session: sessionSubject(event.sessionId) };
}

/** The `sub` of ID tokens, and the `uid` of access tokens. */
function userSubject(userId: string, iss: string): SubjectIdentifier {
  return { format: 'iss_sub', iss, sub: userId };
}

function sessionSubject(id: string): SubjectIdentifier {
  return { format: 'opaque', id };
}
