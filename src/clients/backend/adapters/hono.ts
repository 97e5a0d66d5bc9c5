import type { MiddlewareHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { AccountBackend, ValidateOptions } from '../backend.ts';
import type { Customer } from '../customer.ts';
import { requireScopes as missingScopes, type Refused } from '../result.ts';

/** For handlers behind `account`: `c.get('customer')`. */
export type CustomerEnv = { readonly Variables: { customer: Customer } };

/** Middleware that lets in customers only. A refusal is an HTTPException for `app.onError`. */
export function account(
  backend: AccountBackend,
  options?: ValidateOptions,
): MiddlewareHandler<CustomerEnv> {
  return async (c, next) => {
    const result = await backend.authenticate(c.req.raw, options);
    if (!result.ok) throw exception(result);
    c.set('customer', result.customer);
    await next();
  };
}

/** Middleware behind `account`, for a route that needs more than the others. */
export function requireScopes(...scopes: readonly string[]): MiddlewareHandler<CustomerEnv> {
  return async (c, next) => {
    const refused = missingScopes(c.get('customer'), scopes);
    if (refused !== null) throw exception(refused);
    await next();
  };
}

function exception({ status, message, headers }: Refused): HTTPException {
  return new HTTPException(status, { message, res: new Response(message, { status, headers }) });
}
