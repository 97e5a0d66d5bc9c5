import * as z from 'zod';
import {
  type AccountError,
  RateLimited,
  RefreshTokenRejected,
  UpstreamUnavailable,
} from '../identity/errors.ts';

const failure = z.discriminatedUnion('code', [
  z.object({ code: z.literal('RATE_LIMITED'), retryAfterSeconds: z.number() }),
  z.object({ code: z.literal('UPSTREAM_UNAVAILABLE') }),
  z.object({
    code: z.literal('REFRESH_TOKEN_REJECTED'),
    reason: z.enum(['LOGGED_OUT', 'REJECTED']),
  }),
]);
type Failure = z.infer<typeof failure>;

/** Null for an error that callers never see. Waiting callers then call the provider themselves. */
export function encodeFailure(error: unknown): string | null {
  const encoded = toFailure(error);
  return encoded === null ? null : JSON.stringify(encoded);
}

/** Gives a caller the same error as in the process that made the refresh. */
export function decodeFailure(encoded: string): AccountError {
  const decoded = failure.parse(JSON.parse(encoded));
  switch (decoded.code) {
    case 'RATE_LIMITED':
      return new RateLimited('UPSTREAM', decoded.retryAfterSeconds);
    case 'UPSTREAM_UNAVAILABLE':
      return new UpstreamUnavailable();
    case 'REFRESH_TOKEN_REJECTED':
      return new RefreshTokenRejected(decoded.reason);
  }
}

function toFailure(error: unknown): Failure | null {
  if (error instanceof RateLimited) {
    const { code, retryAfterSeconds } = error;
    return { code, retryAfterSeconds };
  }
  if (error instanceof UpstreamUnavailable) return { code: error.code };
  if (error instanceof RefreshTokenRejected) return { code: error.code, reason: error.reason };
  return null;
}
