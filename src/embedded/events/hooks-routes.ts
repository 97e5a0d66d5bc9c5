import { type Context, Hono } from 'hono';
import { type EmbeddedEnv, notFound, readJson } from '../http/responses.ts';
import type { Org } from '../org.ts';
import type { EventType } from './catalogue.ts';
import {
  type EventHookEntity,
  type HookSettings,
  invalid,
  newHook,
  readSettings,
} from './hook-entity.ts';
import { hookJson } from './hook-json.ts';
import { hookEntity } from './hooks.ts';

/** `/api/v1/eventHooks`: https://developer.okta.com/docs/api/openapi/okta-management/management/tag/EventHook/ */
export function eventHooksRoutes(org: Org): Hono<EmbeddedEnv> {
  const app = new Hono<EmbeddedEnv>();
  const one = '/api/v1/eventHooks/:hookId';
  const hookOf = (c: Context<EmbeddedEnv>): EventHookEntity => {
    const id = c.req.param('hookId') ?? '';
    const hook = org.hooks.find(id);
    if (hook === null) throw notFound(id, 'Webhook');
    return hook;
  };
  const shown = (c: Context<EmbeddedEnv>, hook: EventHookEntity) =>
    c.json(hookJson(org.url(), hook));

  app.get('/api/v1/eventHooks', (c) =>
    c.json(org.hooks.all().map((hook) => hookJson(org.url(), hook))),
  );
  app.post('/api/v1/eventHooks', async (c) => {
    const settings = readSettings(await readJson(c), null);
    return shown(c, createHook(org, settings));
  });
  app.get(one, (c) => shown(c, hookOf(c)));
  app.put(one, async (c) => {
    const body = await readJson(c);
    const hook = hookOf(c);
    replace(org, hook, body);
    return shown(c, hook);
  });
  app.delete(one, (c) => {
    const hook = hookOf(c);
    if (hook.status === 'ACTIVE') throw invalid('status', 'must be INACTIVE');
    org.hooks.remove(hook.id);
    logHook(org, 'event_hook.deleted', hook);
    return c.body(null, 204);
  });
  app.post(`${one}/lifecycle/verify`, async (c) => {
    const hook = hookOf(c);
    const failure = await org.hooks.verify(hook);
    if (failure === null) return shown(c, hook);
    throw invalid('verification', failure);
  });
  for (const step of ['activate', 'deactivate'] as const) {
    app.post(`${one}/lifecycle/${step}`, (c) => {
      const hook = hookOf(c);
      hook.status = step === 'activate' ? 'ACTIVE' : 'INACTIVE';
      hook.lastUpdated = org.now();
      logHook(org, `event_hook.${step}d`, hook);
      return shown(c, hook);
    });
  }
  return app;
}

/** Active, and unverified. */
export function createHook(org: Org, settings: HookSettings): EventHookEntity {
  const createdBy = org.origins.current()?.actor()?.id ?? '';
  const hook = newHook(settings, { now: org.now(), createdBy });
  org.hooks.add(hook);
  logHook(org, 'event_hook.created', hook);
  return hook;
}

/** A new channel has to be verified again. The status is one of the settings here. */
function replace(org: Org, hook: EventHookEntity, body: Readonly<Record<string, unknown>>): void {
  const before = hook.settings;
  const settings = readSettings(body, before);
  const isSame = JSON.stringify(settings.channel) === JSON.stringify(before.channel);
  // Keeps the same object, so that a running verification still applies to it.
  hook.settings = isSame ? { ...settings, channel: before.channel } : settings;
  hook.verified &&= isSame;
  const { status } = body;
  if (status === 'ACTIVE' || status === 'INACTIVE') hook.status = status;
  hook.lastUpdated = org.now();
  logHook(org, 'event_hook.updated', hook);
}

function logHook(org: Org, type: EventType, hook: EventHookEntity): void {
  org.events.record({ type, target: [hookEntity(hook)] });
}
