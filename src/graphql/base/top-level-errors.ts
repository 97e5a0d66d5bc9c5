import { GraphQLError } from 'graphql';
import { AccountError, RateLimited } from '../../identity/errors.ts';

const messages = {
  CALLER_UNAUTHENTICATED: 'The credentials are missing or not valid.',
  FORBIDDEN: 'The credentials are good, but not for this field.',
  TOKEN_EXPIRED: 'The access token has expired.',
  TOKEN_INVALID: 'The access token is not valid.',
  BAD_REQUEST: 'The request asks for more than the field allows, or for what it does not know.',
} as const;

/** A fault of the caller, for the errors list of the answer. */
export function callerError(
  code: keyof typeof messages,
  message: string = messages[code],
): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

/**
 * For fields whose type has no place for a failure: rethrows an AccountError of `work` under its code,
 * with `retryAfterSeconds` where Okta said how long, and any other error as it is.
 */
export function orTopLevelError<Result>(work: Promise<Result>): Promise<Result> {
  return work.catch(throwTopLevel);
}

/** Throws an AccountError under its code, and any other error as it is. */
export function throwTopLevel(error: unknown): never {
  throw error instanceof AccountError ? topLevelError(error) : error;
}

/** For the errors list of the answer. */
export function topLevelError(error: AccountError): GraphQLError {
  const { code, message, retryable } = error;
  const wait =
    error instanceof RateLimited ? { retryAfterSeconds: error.retryAfterSeconds } : undefined;
  return new GraphQLError(message, {
    // For the log.
    originalError: error,
    extensions: { code, retryable, ...wait },
  });
}
