import { Hono } from 'hono';
import { logSession } from '../events/account-events.ts';
import { activeFactors } from '../factors/policy.ts';
import { ApiError, type EmbeddedEnv, notFound, readJson } from '../http/responses.ts';
import type { Org } from '../org.ts';
import type { Profile, SessionEntity } from '../store/entities.ts';
import { newId } from '../store/ids.ts';
import { takeOnce } from '../store/store.ts';
import { isoDate } from './user-json.ts';

/** The org itself, as the identity provider of its own users. */
const identityProviderId = '00oEmbeddedDefault00';

/** Okta's default for an unused session. */
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
    if (found === undefined || found.expiresAt <= org.now()) throw notFound(id, 'AppSession');
    return found;
  };

  app.post('/api/v1/sessions', async (c) => {
    const { sessionToken } = await readJson(c);
    if (typeof sessionToken !== 'string') throw new ApiError('E0000003');
    const taken = takeOnce(org.store.sessionTokens, sessionToken, org.now());
    if (taken === null) throw new ApiError('E0000004');
    return c.json(sessionJson(org, openSession(org, taken.userId), 'me'));
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

/** @param name in the links: Okta calls a session that was just made `me` */
function sessionJson(org: Org, session: SessionEntity, name = session.id): Record<string, unknown> {
  const user = org.store.users.get(session.userId);
  const profile: Partial<Profile> = user?.profile ?? {};
  const self = `${org.url()}/api/v1/sessions/${name}`;
  const userName = name === 'me' ? 'me' : session.userId;
  return {
    id: session.id,
    login: profile.login,
    userId: session.userId,
    createdAt: isoDate(session.createdAt),
    expiresAt: isoDate(session.expiresAt),
    status: 'ACTIVE',
    lastPasswordVerification: isoDate(session.createdAt),
    lastFactorVerification: null,
    amr: ['pwd'],
    idp: { id: identityProviderId, type: 'OKTA' },
    mfaActive: user !== undefined && activeFactors(org, user).length > 0,
    _links: {
      self: { href: self, hints: { allow: ['GET', 'DELETE'] } },
      refresh: { href: `${self}/lifecycle/refresh`, hints: { allow: ['POST'] } },
      user: {
        name: `${profile['firstName'] ?? ''} ${profile['lastName'] ?? ''}`.trim(),
        href: `${org.url()}/api/v1/users/${userName}`,
        hints: { allow: ['GET'] },
      },
    },
  };
}
