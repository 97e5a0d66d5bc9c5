import {
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  HttpException,
  SetMetadata,
} from '@nestjs/common';
import type { AccountBackend, ValidateOptions } from '../backend.ts';
import type { Customer } from '../customer.ts';

const key = 'okta-account-backend';

/** `@Access({ scopes: ['orders:write'], fresh: true })` on a handler: what the guard asks for there. */
export const Access = (options: ValidateOptions) => SetMetadata(key, options);

/** `@CurrentCustomer() customer: Customer` as a parameter of a guarded handler. */
export const CurrentCustomer = createParamDecorator(
  (_: unknown, context: ExecutionContext): Customer => context.switchToHttp().getRequest().customer,
);

/** A guard for `@UseGuards`, `useGlobalGuards` or `APP_GUARD` that lets in customers only. */
export function accountGuard(backend: AccountBackend, options?: ValidateOptions): CanActivate {
  return {
    async canActivate(context) {
      const http = context.switchToHttp();
      const request = http.getRequest();
      const ofHandler: ValidateOptions = Reflect.getMetadata(key, context.getHandler());
      const result = await backend.authenticate(request, { ...options, ...ofHandler });
      if (result.ok) {
        request.customer = result.customer;
        return true;
      }
      const { status, message, headers } = result;
      // Responses of Express and replies of Fastify both have `header`.
      for (const [name, value] of Object.entries(headers)) http.getResponse().header(name, value);
      throw new HttpException({ statusCode: status, message }, status);
    },
  };
}
