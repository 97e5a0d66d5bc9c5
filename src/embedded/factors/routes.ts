import { type Context, Hono } from 'hono';
import { logOfUser } from '../events/account-events.ts';
import { ApiError, type EmbeddedEnv, notFound, readJson } from '../http/responses.ts';
import type { Org } from '../org.ts';
import type { UserEntity } from '../store/entities.ts';
import type { FactorEntity } from '../store/factor-entities.ts';
import { requireUser } from '../users/user-json.ts';
import { requireRightCode } from './check.ts';
import { enrollActiveFactor, enrollFactor } from './enroll.ts';
import { factorJson, otpauthUri } from './factor-json.ts';
import { activate, factorsOf, removeFactor } from './policy.ts';
import { isSent, sendCode } from './sent-codes.ts';
import { transactionJson, verifyFactor } from './verify.ts';

interface Owned {
  readonly user: UserEntity;
  readonly factor: FactorEntity;
}

const factors = '/api/v1/users/:id/factors';
const one = `${factors}/:factorId`;

/** `/api/v1/users/{id}/factors`: https://developer.okta.com/docs/api/openapi/okta-management/management/tag/UserFactor/ */
export function factorsRoutes(org: Org): Hono<EmbeddedEnv> {
  const app = new Hono<EmbeddedEnv>();

  app.get(factors, (c) => {
    const user = userOf(org, c);
    return c.json(factorsOf(org, user).map((factor) => factorJson(org, user, factor)));
  });
  app.post(factors, async (c) => {
    const user = userOf(org, c);
    const body = await readJson(c);
    const enroll = c.req.query('activate') === 'true' ? enrollActiveFactor : enrollFactor;
    const factor = enroll(org, user, body);
    if (factor.status === 'ACTIVE') logFactor(org, 'user.mfa.factor.activate', { user, factor });
    return c.json(factorJson(org, user, factor));
  });
  app.get(one, (c) => {
    const { user, factor } = owned(org, c);
    return c.json(factorJson(org, user, factor));
  });
  app.delete(one, (c) => {
    const { user, factor } = owned(org, c);
    removeFactor(org, factor);
    logFactor(org, 'user.mfa.factor.deactivate', { user, factor });
    return c.body(null, 204);
  });
  app.post(`${one}/lifecycle/activate`, async (c) => {
    const { user, factor } = owned(org, c);
    if (factor.status === 'ACTIVE') throw new ApiError('E0000038');
    requireRightCode(org, factor, (await readJson(c))['passCode']);
    activate(org, factor);
    logFactor(org, 'user.mfa.factor.activate', { user, factor });
    return c.json(factorJson(org, user, factor));
  });
  app.post(`${one}/resend`, (c) => {
    const { user, factor } = owned(org, c);
    if (factor.status === 'ACTIVE' || !isSent(factor)) throw new ApiError('E0000038');
    sendCode(org, factor);
    return c.json(factorJson(org, user, factor));
  });
  app.get(`${one}/qr/:token`, (c) => {
    const { user, factor } = owned(org, c);
    if (factor.status === 'ACTIVE' || factor.secret === null)
      throw notFound(factor.id, 'UserFactor');
    return c.text(otpauthUri(org, user, factor.secret));
  });
  addVerification(app, org);
  return app;
}

/** Verifies an active factor, by a code or a push. */
function addVerification(app: Hono<EmbeddedEnv>, org: Org): void {
  app.post(`${one}/verify`, async (c) => {
    const { factor } = owned(org, c);
    const { status, json } = verifyFactor(org, factor, await readJson(c));
    return c.json(json, status);
  });
  app.get(`${one}/transactions/:transactionId`, (c) =>
    c.json(transactionJson(org, owned(org, c).factor, c.req.param('transactionId'))),
  );
}

function userOf(org: Org, c: Context<EmbeddedEnv>): UserEntity {
  return requireUser(org, c.req.param('id') ?? '');
}

function owned(org: Org, c: Context<EmbeddedEnv>): Owned {
  const user = userOf(org, c);
  const id = c.req.param('factorId') ?? '';
  const factor = org.store.factors.get(id);
  if (factor?.userId !== user.id) throw notFound(id, 'UserFactor');
  return { user, factor };
}

function logFactor(
  org: Org,
  type: 'user.mfa.factor.activate' | 'user.mfa.factor.deactivate',
  { user, factor }: Owned,
): void {
  logOfUser(org, type, user, { debugData: { factor: factor.type } });
}
