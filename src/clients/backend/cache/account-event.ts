/** Whom or what an event concerns. */
export type Subject =
  | { readonly kind: 'everyone' }
  /** Tokens that belong to no user, which are not cached. */
  | { readonly kind: 'services' }
  | { readonly kind: 'user'; readonly userId: string }
  | { readonly kind: 'session'; readonly userId: string; readonly sessionId: string }
  /** Every session of the user but this one. */
  | { readonly kind: 'other sessions'; readonly userId: string; readonly sessionId: string }
  /** By the SHA-256 of the token, one character per byte. */
  | { readonly kind: 'token'; readonly digest: string };

/** An event as a cache needs it: what is no longer to be used. It never carries new values. */
export interface AccountEvent {
  readonly subject: Subject;
  readonly dropsVerdicts: boolean;
  readonly dropsProfiles: boolean;
}

type Members = Readonly<Record<string, unknown>>;

const everyone: Subject = { kind: 'everyone' };
const ofTokens = 'urn:okta-account-api:subject:oauth_token';

/** What a cache has to assume of an event that it cannot read. */
export const anything: AccountEvent = {
  subject: everyone,
  dropsVerdicts: true,
  dropsProfiles: true,
};

/**
 * Reads the claims of a security event token (RFC 8417) with the members that the API adds. What it does
 * not know concerns more rather than less: an unknown subject is everyone, an unknown effect drops both.
 */
export function readAccountEvent(claims: unknown): AccountEvent {
  if (!isObject(claims) || !isObject(claims['events'])) return anything;
  const details = Object.values(claims['events']).filter(isObject);
  const effects = details.flatMap(({ effect }) => (Array.isArray(effect) ? effect : [undefined]));
  const isKnown = effects.length > 0 && !effects.includes(undefined);
  if (!isKnown && claims['sub_id'] === undefined) return anything;
  return {
    subject: readSubject(claims['sub_id'], details),
    dropsVerdicts: !isKnown || effects.some((effect) => effect !== 'reread'),
    dropsProfiles: !isKnown || effects.some((effect) => effect !== 'refuse' && effect !== 'ask'),
  };
}

function readSubject(subject: unknown, details: readonly Members[]): Subject {
  if (subject === undefined) return { kind: 'services' };
  if (!isObject(subject)) return everyone;
  switch (subject['format']) {
    case 'iss_sub':
      return ofUser(subject, details);
    case 'complex':
      return ofSession(subject, details);
    case ofTokens:
      return ofToken(subject);
    default:
      return everyone;
  }
}

function ofUser({ sub }: Members, details: readonly Members[]): Subject {
  if (typeof sub !== 'string') return everyone;
  const [first] = details;
  const except = idOf(first?.['except_session']);
  // Two events in one token may except different sessions.
  return except === null || details.length > 1
    ? { kind: 'user', userId: sub }
    : { kind: 'other sessions', userId: sub, sessionId: except };
}

/** A member that a complex subject leaves out stands for every value (SSF 1.0 section 8.1.3.1). */
function ofSession({ user, session }: Members, details: readonly Members[]): Subject {
  if (!isObject(user) || user['format'] !== 'iss_sub') return everyone;
  const whole = ofUser(user, details);
  const sessionId = idOf(session);
  if (whole.kind !== 'user' || sessionId === null) return whole;
  return { kind: 'session', userId: whole.userId, sessionId };
}

function ofToken({ token, token_identifier_alg }: Members): Subject {
  if (typeof token !== 'string' || token_identifier_alg !== 'hash_SHA256') return everyone;
  return { kind: 'token', digest: Buffer.from(token, 'base64url').toString('latin1') };
}

/** A session id, bare or as an opaque subject (RFC 9493 section 3.2.4). */
function idOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return isObject(value) && typeof value['id'] === 'string' ? value['id'] : null;
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
