import { z } from 'zod';
import { UpstreamUnavailable } from '../../identity/errors.ts';
import type { OktaEndpoint } from './endpoints.ts';
import { placeOf, unreadableAt } from './members.ts';
import { NoAnswer, unexpectedAnswerCode } from './no-answer.ts';
import { retryAfterSeconds } from './rate-limit.ts';
import { errorEnvelope, oauthError } from './schemas.ts';
import { readChallengeError, readChallenges } from './www-authenticate.ts';

/** An error answer, in one form for both of Okta's error formats. */
export interface OktaFailure {
  readonly endpoint: OktaEndpoint;
  readonly status: number;
  /** `E0000004`, `invalid_grant` or `insufficient_scope`; null if the answer is not an error of Okta's. */
  readonly code: string | null;
  /** Okta's summary or description; may be localised. */
  readonly text: string;
  readonly causes: readonly string[];
  readonly retryAfterSeconds: number;
  /** Secret; only with `mfa_required`. */
  readonly mfaToken?: string | undefined;
  /** The scopes that the token lacks; only with `insufficient_scope`. Null if Okta does not say. */
  readonly scope?: string | null | undefined;
}

type OktaError = Pick<OktaFailure, 'code' | 'text' | 'causes' | 'mfaToken' | 'scope'>;

const eitherError = z.union([
  errorEnvelope.transform(
    (body): OktaError => ({
      code: body.errorCode,
      text: body.errorSummary ?? '',
      causes: (body.errorCauses ?? []).map((cause) => cause.errorSummary),
    }),
  ),
  oauthError.transform(
    (body): OktaError => ({
      code: body.error,
      text: body.error_description ?? '',
      causes: [],
      mfaToken: body.mfa_token,
    }),
  ),
]);

/**
 * Reads the body in one of Okta's two error formats, or else the challenge in the header: when a token
 * lacks a scope, Okta's refusal has no body. Null for an answer with neither.
 */
export function readError(
  { status, headers }: Pick<Response, 'status' | 'headers'>,
  body: string,
): OktaError | null {
  const parsed = eitherError.safeParse(parseJson(body));
  if (parsed.success) return parsed.data;
  const challenge = status >= 400 && status < 500 ? readChallengeError(headers) : null;
  if (challenge === null) return null;
  const { error, description, scope } = challenge;
  return { code: error, text: description, causes: [], scope };
}

/** @param now epoch milliseconds, for a 429 without a Date header */
export async function readFailure(
  endpoint: OktaEndpoint,
  response: Response,
  now: number,
): Promise<OktaFailure> {
  const body = await response.text();
  const error = readError(response, body) ?? bareRefusal(endpoint, response, body);
  return {
    ...(error ?? { code: null, text: '', causes: [] }),
    endpoint,
    status: response.status,
    retryAfterSeconds: retryAfterSeconds(Object.fromEntries(response.headers), now),
  };
}

/**
 * A 401 without an explanation, at an endpoint that takes a token, can only concern the token, and a
 * new one was already tried. A body, or a challenge of another scheme, comes from a proxy.
 */
function bareRefusal(
  endpoint: OktaEndpoint,
  { status, headers }: Response,
  body: string,
): OktaError | null {
  if (status !== 401 || body.trim() !== '' || !takesToken.test(endpoint)) return null;
  const challenges = readChallenges(headers.get('www-authenticate') ?? '');
  const isForToken = challenges.every(({ scheme }) => ['bearer', 'dpop'].includes(scheme));
  if (!isForToken) return null;
  return { code: bareUnauthorized, text: 'Okta does not take the token.', causes: [] };
}

export const bareUnauthorized = 'HTTP_401';

const takesToken = /^(?:users|policies|logs|meta|myaccount)\//;

/** Parses the body. @throws UpstreamUnavailable if it does not match the schema */
export async function readJson<Schema extends z.ZodType>(
  response: Response,
  schema: Schema,
): Promise<z.infer<Schema>> {
  return parseAnswer(parseJson(await response.text()), schema);
}

/** @throws UpstreamUnavailable if the value does not match the schema */
export function parseAnswer<Schema extends z.ZodType>(
  value: unknown,
  schema: Schema,
): z.infer<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw unreadableAt(placeOf(parsed.error));
}

/**
 * The error for an answer that a library could not read. The library's own error may hold the answer
 * with its tokens, or quote it in its message; only oauth4webapi's texts are known to be fixed.
 */
export function unreadableAnswer(error: unknown): UpstreamUnavailable {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (!(error instanceof Error) || typeof code !== 'string' || !code.startsWith('OAUTH_')) {
    return unexpectedAnswer('the answer could not be read');
  }
  return new UpstreamUnavailable({ cause: new NoAnswer(code, `${code}: ${error.message}`) });
}

/** @param what our own text, which quotes nothing of the answer */
export function unexpectedAnswer(what: string): UpstreamUnavailable {
  return new UpstreamUnavailable({ cause: new NoAnswer(unexpectedAnswerCode, what) });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
