import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AccountBackend, ValidateOptions } from '../backend.ts';
import type { Customer } from '../customer.ts';
import { AuthenticationRefused, requireScopes as missingScopes } from '../result.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the hook `account`; null on routes without it. */
    customer: Customer | null;
  }
}

/** Plugin that gives every request its `customer`, so that all requests have one shape. */
export const customers = Object.assign(
  async (app: FastifyInstance): Promise<void> => {
    app.decorateRequest('customer', null);
  },
  // As `fastify-plugin` does: for the whole app, not for a context of its own.
  { [Symbol.for('skip-override')]: true },
);

/** `onRequest` hook that lets in customers only, as `request.customer`. Throws what Fastify answers. */
export function account(backend: AccountBackend, options?: ValidateOptions) {
  return async (request: FastifyRequest): Promise<void> => {
    const result = await backend.authenticate(request, options);
    if (!result.ok) throw new AuthenticationRefused(result);
    request.customer = result.customer;
  };
}

/** Hook behind `account`, for a route that needs more than the others. */
export function requireScopes(...scopes: readonly string[]) {
  return async ({ customer }: FastifyRequest): Promise<void> => {
    const refused = missingScopes(customer ?? undefined, scopes);
    if (refused !== null) throw new AuthenticationRefused(refused);
  };
}
