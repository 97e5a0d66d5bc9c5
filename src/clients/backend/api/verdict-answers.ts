import DataLoader from 'dataloader';
import { later, type Position } from '../cache/position.ts';
import { type ApiAnswer, type ApiClient, faultOf } from './api-client.ts';
import { maxTokensAtOnce, validateDocument } from './documents.ts';
import { AccountApiUnavailable } from './unavailable.ts';

/** How the API checked a token: by itself, by an earlier answer of Okta, or by asking Okta. */
export type CheckedBy = 'LOCAL' | 'CACHED' | 'INTROSPECT';

/** What the API says of an active token. */
export interface ActiveAnswer {
  readonly active: true;
  readonly userId: string;
  readonly subject: string;
  readonly sessionId: string | null;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  readonly checkedAt: number;
  readonly checkedBy: CheckedBy;
  readonly revocationLagSeconds: number;
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface InactiveAnswer {
  readonly active: false;
  readonly reason: string;
}

export interface StampedAnswer {
  readonly answer: ActiveAnswer | InactiveAnswer;
  readonly stamp: Position | null;
}

/** One question about one token; several travel in one document. */
export interface TokenQuestion {
  readonly token: string;
  /** Whether Okta has to be asked. */
  readonly asksOkta: boolean;
  readonly minimum: Position | null;
  /** Called when it is sent: from then on no other request may share it. */
  readonly onSent: () => void;
}

export interface AnswersOptions {
  readonly api: ApiClient;
  readonly claims: readonly string[];
}

export type AskToken = (question: TokenQuestion) => Promise<StampedAnswer>;

/** Questions of one turn of the event loop go out together. */
export function createTokenQuestions({ api, claims }: AnswersOptions): AskToken {
  const ask = async (questions: readonly TokenQuestion[]) => {
    for (const { onSent } of questions) onSent();
    const answer = await api.ask({
      name: 'ValidateTokens',
      query: validateDocument(questions.length, { claims: claims.length > 0 }),
      variables: Object.fromEntries(questions.map(inputOf)),
      size: questions.length,
      minimum: questions.reduce(latestMinimum, null),
    });
    return questions.map((_, index) => answerOf(answer, `t${index}`, claims));
  };
  const loader = new DataLoader<TokenQuestion, StampedAnswer>(ask, {
    cache: false,
    maxBatchSize: maxTokensAtOnce,
    batchScheduleFn: setImmediate,
  });
  return (question) => loader.load(question);
}

function inputOf({ token, asksOkta }: TokenQuestion, index: number): readonly [string, unknown] {
  return [`t${index}`, { token, freshness: asksOkta ? 'INTROSPECT' : 'LOCAL' }];
}

/** A later minimum only makes the server wait longer. Of two epochs the first one counts. */
function latestMinimum(latest: Position | null, { minimum }: TokenQuestion): Position | null {
  return minimum?.epoch === latest?.epoch ? later(latest, minimum) : (latest ?? minimum);
}

function answerOf(
  { data, errors, stamp }: ApiAnswer,
  alias: string,
  claims: readonly string[],
): StampedAnswer | AccountApiUnavailable {
  const verdict = data[alias] as WireVerdict | null | undefined;
  if (verdict == null) {
    const fault = errors.find(({ path }) => path?.[0] === alias);
    return fault === undefined ? new AccountApiUnavailable('BAD_ANSWER') : faultOf(fault);
  }
  if (!verdict.active)
    return { answer: { active: false, reason: verdict.reason ?? 'REVOKED' }, stamp };
  const answer = activeOf(verdict, claims);
  return answer === null ? new AccountApiUnavailable('BAD_ANSWER') : { answer, stamp };
}

interface WireVerdict {
  readonly active: boolean;
  readonly reason: string | null;
  readonly subject: string | null;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly clientId: string | null;
  readonly scopes: readonly string[];
  readonly expiresAt: string | null;
  readonly checkedAt: string;
  readonly checkedBy: CheckedBy;
  readonly revocationLagSeconds: number | null;
  readonly claims?: Readonly<Record<string, unknown>> | null;
}

/** Null where it lacks what every verdict on a customer's token has. */
function activeOf(verdict: WireVerdict, claims: readonly string[]): ActiveAnswer | null {
  const { userId, subject, clientId } = verdict;
  const expiresAt = Date.parse(verdict.expiresAt ?? '');
  if (userId === null || subject === null || clientId === null) return null;
  if (!Number.isFinite(expiresAt)) return null;
  return {
    active: true,
    userId,
    subject,
    clientId,
    sessionId: verdict.sessionId,
    scopes: verdict.scopes,
    expiresAt,
    checkedAt: Date.parse(verdict.checkedAt),
    checkedBy: verdict.checkedBy,
    revocationLagSeconds: verdict.revocationLagSeconds ?? 0,
    claims: pick(verdict.claims ?? {}, claims),
  };
}

const none = Object.freeze({});

function pick(
  all: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Readonly<Record<string, unknown>> {
  if (names.length === 0) return none;
  const wanted = names.filter((name) => Object.hasOwn(all, name));
  return Object.freeze(Object.fromEntries(wanted.map((name) => [name, all[name]])));
}
