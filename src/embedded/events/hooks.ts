import { isObject } from '../http/responses.ts';
import { newToken } from '../store/ids.ts';
import type { Events } from './events.ts';
import { callHook } from './hook-call.ts';
import type { EventHookEntity } from './hook-entity.ts';
import { createHookQueue, type Delivery, type HookQueue, type HookTrouble } from './hook-queue.ts';
import type { LogEntity } from './log-event.ts';

/** Event hooks: https://developer.okta.com/docs/concepts/event-hooks/ */
export interface EventHooks {
  all(): readonly EventHookEntity[];
  find(id: string): EventHookEntity | null;
  /** It gets events while it is active and verified. */
  add(hook: EventHookEntity): void;
  remove(id: string): void;
  /** The one-time verification. @returns why it failed; null on success */
  verify(hook: EventHookEntity): Promise<string | null>;
  /** Until `reset` or the next `trouble`. */
  trouble(trouble: HookTrouble): void;
  /** Resolves when no delivery is pending. */
  settled(): Promise<void>;
  /** Removes pending deliveries and trouble; the hooks stay. */
  reset(): void;
  /** Aborts deliveries in flight; resolves when they have ended. */
  close(): Promise<void>;
}

interface Surroundings {
  /** Of the org. */
  readonly url: () => string;
  readonly now: () => number;
  readonly events: Events;
  /** How long an endpoint may take to answer. */
  readonly timeoutMs: number;
}

interface Kept {
  readonly hook: EventHookEntity;
  readonly queue: HookQueue;
}

export function createHooks(around: Surroundings): EventHooks {
  const hooks = new Map<string, Kept>();
  const closing = new AbortController();
  const calls = { timeoutMs: around.timeoutMs, signal: closing.signal };
  let trouble: HookTrouble = {};
  const running = () => [...hooks.values()].flatMap(({ queue }) => queue.running() ?? []);

  around.events.subscribe((event) => {
    for (const { hook, queue } of hooks.values()) {
      if (receives(hook) && hook.settings.eventTypes.includes(event.eventType)) queue.add(event);
    }
  });

  return {
    all: () => [...hooks.values()].map(({ hook }) => hook),
    find: (id) => hooks.get(id)?.hook ?? null,
    add(hook) {
      const send = (delivery: Delivery) => deliver(around, calls, { hook, delivery });
      const queue = createHookQueue({ send, trouble: () => trouble, closing: closing.signal });
      hooks.set(hook.id, { hook, queue });
    },
    remove(id) {
      hooks.get(id)?.queue.clear();
      hooks.delete(id);
    },
    verify: (hook) => verify(around, calls, hook),
    trouble(next) {
      trouble = next;
    },
    async settled() {
      while (running().length > 0) await Promise.all(running());
    },
    reset() {
      trouble = {};
      for (const { queue } of hooks.values()) queue.clear();
    },
    async close() {
      closing.abort();
      await Promise.all(running());
    },
  };
}

interface Calls {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const receives = ({ status, verified }: EventHookEntity) => status === 'ACTIVE' && verified;

const challengeLength = 43;

async function verify(
  { now, events }: Surroundings,
  calls: Calls,
  hook: EventHookEntity,
): Promise<string | null> {
  const challenge = newToken(challengeLength);
  const { channel } = hook.settings;
  const failure = await callHook(channel, {
    ...calls,
    method: 'GET',
    headers: { 'x-okta-verification-challenge': challenge },
    body: null,
    accepts: (text) => verificationIn(text) === challenge,
  });
  // The channel may have changed meanwhile.
  const isSame = hook.settings.channel === channel;
  if (failure === null && isSame) {
    hook.verified = true;
    hook.lastUpdated = now();
  }
  const target = [hookEntity(hook)];
  const outcome = failure === null ? {} : { failure };
  events.record({ type: 'event_hook.verified', target, ...outcome });
  return failure;
}

function verificationIn(text: string): unknown {
  try {
    const answer: unknown = JSON.parse(text);
    return isObject(answer) ? answer['verification'] : undefined;
  } catch {
    return undefined;
  }
}

async function deliver(
  { url, now, events }: Surroundings,
  calls: Calls,
  { hook, delivery }: { readonly hook: EventHookEntity; readonly delivery: Delivery },
): Promise<void> {
  if (!receives(hook)) return;
  const body = {
    eventType: 'com.okta.event_hook',
    eventTypeVersion: '1.0',
    cloudEventsVersion: '0.1',
    source: `${url()}/api/v1/eventHooks/${hook.id}`,
    eventId: delivery.eventId,
    eventTime: new Date(now()).toISOString(),
    contentType: 'application/json',
    data: { events: delivery.events },
  };
  const failure = await callHook(hook.settings.channel, {
    ...calls,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    accepts: () => true,
  });
  if (failure === null || calls.signal.aborted) return;
  events.record({ type: 'event_hook.delivery', job: true, failure, target: [hookEntity(hook)] });
}

export function hookEntity({ id, settings }: EventHookEntity): LogEntity {
  return { id, type: 'EventHook', displayName: settings.name };
}
