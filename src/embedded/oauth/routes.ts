import { type Context, Hono } from 'hono';
import type { EmbeddedEnv } from '../http/responses.ts';
import type { Org } from '../org.ts';
import { authorize } from './authorize.ts';
import { challenge } from './challenge.ts';
import { keys, oauthMetadata, openIdConfiguration } from './discovery.ts';
import { introspect } from './introspect.ts';
import { authorizationServer, type EndpointRequest } from './request.ts';
import { revoke } from './revoke.ts';
import { token } from './token.ts';
import { userinfo } from './userinfo.ts';

/** The endpoints of the org server and of every custom authorization server. */
export function oauthRoutes(org: Org): Hono<EmbeddedEnv> {
  const app = new Hono<EmbeddedEnv>();
  const at =
    (endpoint: (request: EndpointRequest) => Response | Promise<Response>) =>
    (c: Context<EmbeddedEnv>) =>
      endpoint({ org, c, server: authorizationServer(org, c.req.param('server')) });
  for (const base of ['/oauth2/v1', '/oauth2/:server/v1']) {
    app.get(`${base}/authorize`, at(authorize));
    app.post(`${base}/authorize`, at(authorize));
    app.post(`${base}/token`, at(token));
    app.post(`${base}/challenge`, at(challenge));
    app.post(`${base}/introspect`, at(introspect));
    app.post(`${base}/revoke`, at(revoke));
    app.get(`${base}/userinfo`, at(userinfo));
    app.post(`${base}/userinfo`, at(userinfo));
    app.get(`${base}/keys`, at(keys));
  }
  for (const issuer of ['', '/oauth2/:server']) {
    app.get(`${issuer}/.well-known/openid-configuration`, at(openIdConfiguration));
    app.get(`${issuer}/.well-known/oauth-authorization-server`, at(oauthMetadata));
  }
  return app;
}
