import { Hono, type MiddlewareHandler } from 'hono';
import { adminRoutes } from './admin/routes.ts';
import { authnRoutes } from './authn/routes.ts';
import { eventHooksRoutes } from './events/hooks-routes.ts';
import { logsRoutes } from './events/logs.ts';
import { recordOrigin } from './events/origin.ts';
import { factorsRoutes } from './factors/routes.ts';
import { forbidCaching } from './http/cache-headers.ts';
import { injectFaults } from './http/faults.ts';
import { requireJson } from './http/media-types.ts';
import { limitRates } from './http/rate-limits.ts';
import { recordRequests } from './http/request-log.ts';
import { type EmbeddedEnv, errorAnswer, errorEnvelope } from './http/responses.ts';
import { refuseWrongApiToken, requireManagement } from './oauth/management-auth.ts';
import { oauthRoutes } from './oauth/routes.ts';
import type { Org } from './org.ts';
import { pagesRoutes } from './pages/routes.ts';
import { myAccountRoutes } from './users/my-account.ts';
import { usersRoutes } from './users/routes.ts';
import { schemasRoutes } from './users/schemas.ts';
import { sessionsRoutes } from './users/sessions.ts';

/** The org as a web application: what every request meets first, then the routes. */
export function createApp(org: Org): Hono<EmbeddedEnv> {
  const app = new Hono<EmbeddedEnv>();
  // Outside of the faults, so that the log shows what a fault did to the answer.
  app.use(recordRequests(org));
  app.use(recordOrigin(org));
  app.use(injectFaults(org));
  app.use('/api/v1/*', forbidCaching());
  app.use(limitRates(org));
  app.use('/api/v1/users/*', requireManagement(org, 'users'));
  app.use('/api/v1/sessions/*', requireManagement(org, 'sessions'));
  app.use('/api/v1/meta/schemas/*', requireManagement(org, 'schemas'));
  app.use('/api/v1/logs', requireManagement(org, 'logs'));
  app.use('/api/v1/eventHooks/*', requireManagement(org, 'eventHooks'));
  app.use('/api/v1/authn/*', refuseWrongApiToken(org));
  app.use('/api/v1/users/*', refuseEscapedSlashes(app));
  app.use('/api/v1/*', requireJson());
  app.route('/', oauthRoutes(org));
  app.route('/', usersRoutes(org));
  app.route('/', factorsRoutes(org));
  app.route('/', authnRoutes(org));
  app.route('/', sessionsRoutes(org));
  app.route('/', myAccountRoutes(org));
  app.route('/', adminRoutes(org));
  app.route('/', schemasRoutes(org));
  app.route('/', logsRoutes(org));
  app.route('/', eventHooksRoutes(org));
  app.route('/', pagesRoutes(org));
  app.onError(errorAnswer);
  app.notFound((c) => unknownPath(app, c.req.path));
  return app;
}

/**
 * Okta treats an escaped slash as a path separator, so a login with a slash finds no user by its path
 * (https://github.com/okta/okta-sdk-nodejs/issues/430).
 */
function refuseEscapedSlashes(app: Hono<EmbeddedEnv>): MiddlewareHandler<EmbeddedEnv> {
  return async (c, next) => {
    const { pathname } = new URL(c.req.url);
    if (/%2f/i.test(pathname)) return unknownPath(app, pathname.replaceAll(/%2f/gi, '/'));
    return await next();
  };
}

function unknownPath(app: Hono<EmbeddedEnv>, path: string): Response {
  return errorEnvelope(hasRoute(app, path) ? 'E0000022' : 'E0000008');
}

/** Whether some other method would be answered here: Okta's 405 instead of its 404. */
function hasRoute(app: Hono<EmbeddedEnv>, path: string): boolean {
  const parts = path.split('/');
  return app.routes.some((route) => {
    const pattern = route.path.split('/');
    return (
      route.method !== 'ALL' &&
      pattern.length === parts.length &&
      pattern.every((part, index) => part.startsWith(':') || part === parts[index])
    );
  });
}
