import { z } from 'zod';
import { UpstreamUnavailable } from '../identity/errors.ts';
import type { OktaEndpoint } from './call.ts';
import { retryAfterSeconds } from './rate-limit.ts';
import { errorEnvelope, oauthError } from './wire-types.ts';

/** An answer that is not the one asked for, in one form for both of Okta's error formats. */
export interface OktaFailure {
  readonly endpoint: OktaEndpoint;
  readonly status: number;
  /** `E0000004` or `invalid_grant`; null where the body is no error of Okta's. */
  readonly code: string | null;
  /** Okta's summary or description; may be localised. */
  readonly text: string;
  readonly causes: readonly string[];
  readonly retryAfterSeconds: number;
}

type OktaError = Pick<OktaFailure, 'code' | 'text' | 'causes'>;

const eitherError = z.union([
  errorEnvelope.transform(
    (body): OktaError => ({
      code: body.errorCode,
      text: body.errorSummary ?? '',
      causes: (body.errorCauses ?? []).map((cause) => cause.errorSummary),
    }),
  ),
  oauthError.transform(
    (body): OktaError => ({ code: body.error, text: body.error_description ?? '', causes: [] }),
  ),
]);

/** Null for a body that is neither of Okta's two error formats. */
export function readError(body: string): OktaError | null {
  const parsed = eitherError.safeParse(parseJson(body));
  return parsed.success ? parsed.data : null;
}

/** @param now epoch milliseconds, for a 429 that carries no Date */
export async function readFailure(
  endpoint: OktaEndpoint,
  response: Response,
  now: number,
): Promise<OktaFailure> {
  const error = readError(await response.text());
  return {
    ...(error ?? { code: null, text: '', causes: [] }),
    endpoint,
    status: response.status,
    retryAfterSeconds: retryAfterSeconds(response.headers, now),
  };
}

/** The body as the schema has it. @throws UpstreamUnavailable for anything else */
export async function readJson<Schema extends z.ZodType>(
  response: Response,
  schema: Schema,
): Promise<z.infer<Schema>> {
  return matched(parseJson(await response.text()), schema);
}

/** @throws UpstreamUnavailable where the value is not of the shape */
export function matched<Schema extends z.ZodType>(value: unknown, schema: Schema): z.infer<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  // Zod's own error repeats parts of the answer, which may be secret; the path is enough.
  const place = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new UpstreamUnavailable({ cause: new Error(`unexpected answer at '${place}'`) });
}

/**
 * For a library that could not make sense of an answer. What it threw may hold the answer, tokens
 * included, or quote it in its message: only oauth4webapi's texts are known to be fixed.
 */
export function notAnAnswer(error: unknown): UpstreamUnavailable {
  return new UpstreamUnavailable({ cause: new Error(safeDescription(error)) });
}

function safeDescription(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return code.startsWith('OAUTH_') ? `${code}: ${error.message}` : error.name;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
