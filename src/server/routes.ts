import type { IncomingMessage } from 'node:http';
import type { EventLog } from '../events/event-log.ts';
import { isRepeated } from '../http/request-head.ts';
import { createHookRoute, type HookOptions } from './event-hook.ts';
import type { EventStreams } from './events/streams.ts';
import { createEventsRoute } from './gateways/events.ts';
import { createForwardAuthRoute } from './gateways/forward-auth.ts';
import { createIntrospectionRoute } from './gateways/introspection.ts';
import { createMetadataRoute, type MetadataOptions } from './gateways/metadata.ts';
import { createUserInfoRoute, type UserInfoOptions } from './gateways/userinfo.ts';
import { createGraphQLRoute, type RouteOptions } from './graphql/route.ts';
import {
  ambiguousRequest,
  HttpError,
  type HttpResponse,
  jsonResponse,
  methodNotAllowed,
} from './http/http-error.ts';
import { createReadiness, type ReadinessReport } from './http/readiness.ts';
import type { RequestContext, Route } from './http/request-context.ts';

export interface RoutesOptions extends Omit<RouteOptions, 'onInternal'> {
  /** Asked at most every 1.5 s; a rejection counts as failing. */
  readonly ready: () => Promise<ReadinessReport>;
  readonly hook: HookOptions;
  readonly events: { readonly log: EventLog; readonly streams: EventStreams };
  readonly shared: RouteOptions['shared'] & UserInfoOptions;
  readonly metadata: MetadataOptions;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** @throws HttpError for what no route answers */
export function createRoutes(
  deps: RoutesOptions,
  state: { readonly onInternal: RouteOptions['onInternal']; readonly isDraining: () => boolean },
): Route {
  const graphql = createGraphQLRoute({ ...deps, onInternal: state.onInternal });
  const introspection = createIntrospectionRoute(deps.shared);
  const forwardAuth = createForwardAuthRoute(deps.shared);
  const events = createEventsRoute({ ...deps.events, shared: deps.shared, ...state });
  const userInfo = createUserInfoRoute(deps.shared);
  const metadata = createMetadataRoute(deps.metadata);
  const hook = createHookRoute(deps.hook);
  const readiness = createReadiness(deps.ready, deps.now);
  const ready = async ({ record }: RequestContext): Promise<HttpResponse> => {
    const { ok, checks, failures } = await readiness();
    record.failures = failures;
    const accepting = !state.isDraining();
    const report = {
      ok: ok && accepting,
      checks: { ...checks, accepting: accepting ? 'ok' : 'failing' },
    };
    return jsonResponse(report.ok ? 200 : 503, report);
  };
  return (context) => {
    const { path } = context;
    // `/auth` answers by a challenge, as RFC 6750 says.
    if (path !== '/auth' && isRepeated(context.request, 'authorization')) {
      throw ambiguousRequest('The Authorization header was sent twice.');
    }
    if (path === '/graphql') return graphql(context);
    if (path === '/introspect') return introspection(context);
    if (path === '/events') return events(context);
    if (path === '/auth') return forwardAuth(context);
    if (path === '/userinfo') return userInfo(context);
    if (path === '/.well-known/oauth-authorization-server') return metadata(context);
    if (path === '/hooks/okta' && deps.hook.secrets().length > 0) return hook(context);
    if (path === '/' && deps.graphiql !== null) return redirectToGraphiql;
    if (path === '/' || path === '/hooks/okta' || path === 'other') throw notFound();
    if (!isRead(context.request)) throw methodNotAllowed('GET, HEAD');
    return path === '/live' ? jsonResponse(200, { ok: true }) : ready(context);
  };
}

/** Outside production a person who opens the bare address means GraphiQL. */
const redirectToGraphiql: HttpResponse = {
  status: 302,
  headers: { Location: '/graphql' },
  body: '',
};

function notFound(): HttpError {
  return new HttpError(404, 'There is nothing here. The API is at /graphql.');
}

/** node:http leaves the body of an answer to HEAD out. */
function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}
