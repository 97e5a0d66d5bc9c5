import { setTimeout as sleep } from 'node:timers/promises';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context, MiddlewareHandler } from 'hono';
import type { Fault, FaultRule } from '../handle.ts';
import type { EmbeddedEnv } from './responses.ts';

export interface Faults {
  /** @returns undoes the rule */
  add(rule: FaultRule): () => void;
  /** The fault of the first rule that fits; counts against the rule's `times`. */
  take(method: string, path: string): Fault | null;
  clear(): void;
}

export function createFaults(): Faults {
  const rules = new Map<symbol, { rule: FaultRule; left: number }>();
  return {
    add(rule) {
      const key = Symbol('fault');
      rules.set(key, { rule, left: rule.times ?? Number.POSITIVE_INFINITY });
      return () => {
        rules.delete(key);
      };
    },
    take(method, path) {
      for (const [key, entry] of rules) {
        if (!fits(entry.rule, method, path)) continue;
        entry.left -= 1;
        if (entry.left <= 0) rules.delete(key);
        return entry.rule.fault;
      }
      return null;
    },
    clear() {
      rules.clear();
    },
  };
}

function fits(rule: FaultRule, method: string, path: string): boolean {
  if (rule.method !== undefined && rule.method !== method) return false;
  return typeof rule.path === 'string' ? path.startsWith(rule.path) : rule.path.test(path);
}

/** Breaks answers as the rules of `EmbeddedOkta.fail` say. */
export function injectFaults(org: { readonly faults: Faults }): MiddlewareHandler<EmbeddedEnv> {
  return async (c, next) => {
    const fault = org.faults.take(c.req.method, c.req.path);
    if (fault === null) return await next();
    c.set('fault', fault.kind);
    if (fault.kind === 'answer') {
      return new Response(fault.body ?? null, {
        status: fault.status,
        headers: { 'content-type': 'application/json', ...fault.headers },
      });
    }
    if (fault.kind === 'reset' && fault.when === 'before') return breakOff(c);
    if (fault.kind === 'raw' && fault.when === 'before') return writeRaw(c, fault);
    await next();
    await breakAfter(c, fault);
  };
}

async function breakAfter(c: Context<EmbeddedEnv>, fault: Fault): Promise<void> {
  if (fault.kind === 'delay') await sleep(delayMs(fault));
  if (fault.kind === 'hang') c.res = RESPONSE_ALREADY_SENT;
  if (fault.kind === 'reset') c.res = breakOff(c);
  if (fault.kind === 'raw') c.res = writeRaw(c, fault);
  if (fault.kind === 'truncate') await truncate(c);
}

function delayMs({ ms, jitterMs = 0 }: Extract<Fault, { kind: 'delay' }>): number {
  return ms + (2 * Math.random() - 1) * jitterMs;
}

function writeRaw(c: Context<EmbeddedEnv>, { write }: Extract<Fault, { kind: 'raw' }>): Response {
  write(c.env.outgoing);
  return RESPONSE_ALREADY_SENT;
}

function breakOff(c: Context<EmbeddedEnv>): Response {
  c.env.incoming.socket.resetAndDestroy();
  return RESPONSE_ALREADY_SENT;
}

async function truncate(c: Context<EmbeddedEnv>): Promise<void> {
  const body = Buffer.from(await c.res.arrayBuffer());
  const { outgoing } = c.env;
  outgoing.writeHead(c.res.status, {
    ...Object.fromEntries(c.res.headers),
    'content-length': String(body.length),
  });
  const half = body.subarray(0, Math.floor(body.length / 2));
  await new Promise<void>((resolve) => {
    outgoing.write(half, () => resolve());
  });
  outgoing.destroy();
  c.res = RESPONSE_ALREADY_SENT;
}
