import type { AccountCache } from '../../../../src/clients/backend/cache/account-cache.ts';
import type { Verdict } from '../../../../src/clients/backend/cache/verdicts.ts';

/** What an answer was in truth judged by, whatever its stamp says. */
export interface Judged {
  readonly epoch: string;
  /** Number of events of the epoch that the server had applied. */
  readonly applied: number;
  /** Events that the server knew of without a position. */
  readonly near: ReadonlySet<ModelEvent>;
  readonly askedOkta: boolean;
}

/** What the cache had heard when it asked. */
export interface Moment {
  /** Events without a position. */
  readonly near: number;
  /** Times that the stream began anew. */
  readonly anew: number;
}

export interface ModelVerdict extends Verdict {
  readonly judged: Judged;
  readonly asked: Moment;
}

export type ModelCache = AccountCache<ModelVerdict, null>;

/** A token of the model; `name` stands for its text. */
export interface ModelToken {
  readonly name: string;
  readonly userId: string;
  /** Null: the token does not say, so every session event of its user concerns it. */
  readonly sessionId: string | null;
}

export type Target =
  | { readonly kind: 'user'; readonly userId: string }
  | { readonly kind: 'session'; readonly userId: string; readonly sessionId: string }
  | { readonly kind: 'others'; readonly userId: string; readonly sessionId: string }
  | { readonly kind: 'token'; readonly token: string; readonly digest: string };

export interface ModelEvent {
  readonly target: Target;
  /** False: tokens have to be checked at Okta, which still takes them for good. */
  readonly ends: boolean;
}

/** The tests' own reading of what an event concerns; the package has another. */
export function concerns({ target }: ModelEvent, token: ModelToken): boolean {
  if (target.kind === 'token') return target.token === token.name;
  if (target.userId !== token.userId) return false;
  if (target.kind === 'user') return true;
  if (target.kind === 'others') return token.sessionId !== target.sessionId;
  return token.sessionId === null || token.sessionId === target.sessionId;
}

const userSubject = (userId: string) => ({ format: 'iss_sub', iss: 'https://org', sub: userId });

function subjectOf(target: Target): object {
  switch (target.kind) {
    case 'token':
      return {
        format: 'urn:okta-account-api:subject:oauth_token',
        token_type: 'access_token',
        token_identifier_alg: 'hash_SHA256',
        token: target.digest,
      };
    case 'session': {
      const session = { format: 'opaque', id: target.sessionId };
      return { format: 'complex', user: userSubject(target.userId), session };
    }
    default:
      return userSubject(target.userId);
  }
}

/** The claims that the API sends of the event. */
export function claimsOf({ target, ends }: ModelEvent): object {
  const except =
    target.kind === 'others'
      ? { except_session: { format: 'opaque', id: target.sessionId } }
      : undefined;
  const type = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked';
  return {
    iss: 'urn:okta-account-api',
    jti: 'event',
    iat: 0,
    sub_id: subjectOf(target),
    events: { [type]: { effect: [ends ? 'refuse' : 'ask'], ...except } },
  };
}
