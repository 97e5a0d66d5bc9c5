import type { IncomingHttpHeaders } from 'node:http';
import type { AccountBackend, ValidateOptions } from '../backend.ts';
import type { Customer } from '../customer.ts';
import { AuthenticationRefused, requireScopes as missingScopes } from '../result.ts';

declare global {
  namespace Express {
    interface Request {
      /** Set by `account`. */
      customer?: Customer;
    }
  }
}

interface Request {
  readonly headers: IncomingHttpHeaders;
  customer?: Customer;
}
type Next = (error?: unknown) => void;

/** Middleware that lets in customers only, as `request.customer`. A refusal goes to the error handler. */
export function account(backend: AccountBackend, options?: ValidateOptions) {
  return async (request: Request, _response: unknown, next: Next): Promise<void> => {
    const result = await backend.authenticate(request, options);
    if (result.ok) request.customer = result.customer;
    next(result.ok ? undefined : new AuthenticationRefused(result));
  };
}

/** Middleware behind `account`, for a route that needs more than the router. */
export function requireScopes(...scopes: readonly string[]) {
  return ({ customer }: Request, _response: unknown, next: Next): void => {
    const refused = missingScopes(customer, scopes);
    next(refused === null ? undefined : new AuthenticationRefused(refused));
  };
}
