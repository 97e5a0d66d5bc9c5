import type { ActiveToken } from '../tokens/model.ts';
import type { Context } from './context.ts';
import { callerError } from './top-level-errors.ts';

/** @throws GraphQLError CALLER_UNAUTHENTICATED, FORBIDDEN, TOKEN_EXPIRED, TOKEN_INVALID */
export async function requireService(context: Context): Promise<void> {
  const caller = await context.caller();
  switch (caller.kind) {
    case 'service':
      return;
    case 'customer':
      throw callerError('FORBIDDEN');
    case 'anonymous':
      throw callerError('CALLER_UNAUTHENTICATED');
    case 'rejected':
      throw callerError(caller.code);
  }
}

/** Null for an anonymous caller. @throws GraphQLError as `requireService`, FORBIDDEN for a service */
export async function customerToken(context: Context): Promise<ActiveToken | null> {
  const caller = await context.caller();
  switch (caller.kind) {
    case 'customer':
      return caller.token;
    case 'anonymous':
      return null;
    case 'service':
      throw callerError('FORBIDDEN');
    case 'rejected':
      throw callerError(caller.code);
  }
}
