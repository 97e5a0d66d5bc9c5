import { Hono } from 'hono';
import { logOfUser } from '../events/account-events.ts';
import { endSessions } from '../events/end-sessions.ts';
import { ApiError, type EmbeddedEnv, notFound } from '../http/responses.ts';
import { holdsApiToken } from '../oauth/management-auth.ts';
import type { Org } from '../org.ts';
import { revokeGrantsOfUser } from '../store/store.ts';
import { administrator } from './administrator.ts';
import { addUserClients } from './clients.ts';
import { changePassword, forgotPassword } from './credentials.ts';
import { runLifecycle } from './lifecycle.ts';
import { listUsers } from './list.ts';
import { entityTag, requireUser, userJson } from './user-json.ts';
import { createUser, removeUser, updateUser } from './write.ts';

/** `/api/v1/users`: https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/ */
export function usersRoutes(org: Org): Hono<EmbeddedEnv> {
  const app = new Hono<EmbeddedEnv>();
  const user = (idOrLogin: string) => requireUser(org, idOrLogin);

  app.get('/api/v1/users', (c) => listUsers(org, c));
  app.post('/api/v1/users', (c) => createUser(org, c));
  app.get('/api/v1/users/me', (c) => {
    // A service app has no user.
    if (!holdsApiToken(c)) throw notFound('me', 'User');
    return c.json(userJson(org, administrator));
  });
  app.get('/api/v1/users/:id', (c) => {
    const found = user(c.req.param('id'));
    c.header('etag', entityTag(org, found));
    return c.json(userJson(org, found));
  });
  app.post('/api/v1/users/:id', (c) =>
    updateUser(org, c, { user: user(c.req.param('id')), partial: true }),
  );
  app.put('/api/v1/users/:id', (c) =>
    updateUser(org, c, { user: user(c.req.param('id')), partial: false }),
  );
  app.delete('/api/v1/users/:id', (c) => {
    removeUser(org, user(c.req.param('id')));
    return c.body(null, 204);
  });
  app.delete('/api/v1/users/:id/sessions', (c) => {
    const found = user(c.req.param('id'));
    endSessions(org, found);
    if (c.req.query('oauthTokens') === 'true') {
      revokeGrantsOfUser(org.store, found.id);
      // The likeliest of the catalogue: Okta does not document which event it is.
      logOfUser(org, 'app.oauth2.token.revoke.implicit.user', found);
    }
    return c.body(null, 204);
  });
  app.post('/api/v1/users/:id/lifecycle/:operation', async (c) => {
    const { id, operation } = c.req.param();
    return c.json(await runLifecycle(org, user(id), { name: operation, query: c.req.query() }));
  });
  app.post('/api/v1/users/:id/credentials/change_password', (c) =>
    changePassword(org, c, user(c.req.param('id'))),
  );
  app.post('/api/v1/users/:id/credentials/change_recovery_question', (c) => {
    user(c.req.param('id'));
    throw new ApiError('E0000060');
  });
  app.post('/api/v1/users/:id/credentials/forgot_password', (c) =>
    forgotPassword(org, c, user(c.req.param('id'))),
  );
  addUserClients(app, org);
  return app;
}
