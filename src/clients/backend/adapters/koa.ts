import type { IncomingHttpHeaders } from 'node:http';
import type { AccountBackend, ValidateOptions } from '../backend.ts';
import type { Customer } from '../customer.ts';
import { AuthenticationRefused, requireScopes as missingScopes } from '../result.ts';

/** For `new Koa<CustomerState>()`: what `account` puts into `ctx.state`. */
export interface CustomerState {
  customer?: Customer;
}

interface Context {
  readonly headers: IncomingHttpHeaders;
  readonly state: CustomerState;
}
type Next = () => Promise<unknown>;

/** Middleware that lets in customers only, as `ctx.state.customer`. Throws what Koa answers. */
export function account(backend: AccountBackend, options?: ValidateOptions) {
  return async (ctx: Context, next: Next): Promise<void> => {
    const result = await backend.authenticate(ctx, options);
    if (!result.ok) throw new AuthenticationRefused(result);
    ctx.state.customer = result.customer;
    await next();
  };
}

/** Middleware behind `account`, for a route that needs more than the others. */
export function requireScopes(...scopes: readonly string[]) {
  return async ({ state }: Context, next: Next): Promise<void> => {
    const refused = missingScopes(state.customer, scopes);
    if (refused !== null) throw new AuthenticationRefused(refused);
    await next();
  };
}
