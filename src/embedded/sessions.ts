import { Hono } from 'hono';
import type { SessionEntity } from './entities.ts';
import { logSession } from './events/account-events.ts';
import { newId } from './ids.ts';
import type { Org } from './org.ts';
import { ApiError, type EmbeddedEnv, notFound, readJson } from './reply.ts';
import { takeOnce } from './store.ts';
import { isoDate } from './users/user-json.ts';

/** Okta's default for a session nobody uses. */
const lifetime = 2 * 60 * 60 * 1000;

/** Opens Okta's own session of a user, which is no OAuth token. */
export function openSession(org: Org, userId: string): SessionEntity {
  const session = {
    id: newId('session'),
    userId,
    createdAt: org.now(),
    expiresAt: org.now() + lifetime,
  };
  org.store.sessions.set(session.id, session);
  return session;
}

/** `/api/v1/sessions`, by id only: `me` needs the cookie of a browser. */
export function sessionsRoutes(org: Org): Hono<EmbeddedEnv> {
  const app = new Hono<EmbeddedEnv>();
  const session = (id: string): SessionEntity => {
    const found = org.store.sessions.get(id);
    if (found === undefined || found.expiresAt <= org.now()) throw notFound(id, 'Session');
    return found;
  };

  app.post('/api/v1/sessions', async (c) => {
    const { sessionToken } = await readJson(c);
    const taken =
      typeof sessionToken === 'string'
        ? takeOnce(org.store.sessionTokens, sessionToken, org.now())
        : null;
    if (taken === null) throw new ApiError('E0000004');
    return c.json(sessionJson(org, openSession(org, taken.userId)));
  });
  app.get('/api/v1/sessions/:id', (c) => c.json(sessionJson(org, session(c.req.param('id')))));
  app.delete('/api/v1/sessions/:id', (c) => {
    const { id: sessionId, userId } = session(c.req.param('id'));
    org.store.sessions.delete(sessionId);
    const user = org.store.users.get(userId);
    if (user !== undefined) logSession(org, 'user.session.end', user, { sessionId });
    return c.body(null, 204);
  });
  app.post('/api/v1/sessions/:id/lifecycle/refresh', (c) => {
    const refreshed = session(c.req.param('id'));
    refreshed.expiresAt = org.now() + lifetime;
    return c.json(sessionJson(org, refreshed));
  });
  return app;
}

function sessionJson(org: Org, session: SessionEntity): Record<string, unknown> {
  return {
    id: session.id,
    login: org.store.users.get(session.userId)?.profile.login,
    userId: session.userId,
    createdAt: isoDate(session.createdAt),
    expiresAt: isoDate(session.expiresAt),
    status: 'ACTIVE',
    lastPasswordVerification: isoDate(session.createdAt),
    amr: ['pwd'],
    _links: {
      self: {
        href: `${org.url()}/api/v1/sessions/${session.id}`,
        hints: { allow: ['GET', 'DELETE'] },
      },
    },
  };
}
