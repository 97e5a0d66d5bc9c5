import { randomUUID } from 'node:crypto';
import { untilAborted } from '../async/until-aborted.ts';
import type { Background, BackgroundJob } from '../graphql/base/context.ts';
import type { Log } from '../logging/log.ts';
import { failureOf } from './observability/failure.ts';
import type { ProviderCalls } from './observability/provider-calls.ts';

export interface BackgroundWork extends Background {
  /** Aborts what has not ended `withinMs` from now, and what starts after that. */
  drain(withinMs: number): void;
  /** Resolves when no job is running. */
  settled(): Promise<void>;
}

/** Why a job was aborted. */
class CutOff extends Error {
  readonly reason: 'DEADLINE' | 'SHUTDOWN';
  constructor(reason: CutOff['reason']) {
    super();
    this.reason = reason;
  }
}

interface Options {
  readonly log: Log;
  readonly providerCalls: ProviderCalls;
  /** Of each job. */
  readonly timeoutMs: number;
}

/** Every job writes a log line, since its outcome shows nowhere else. */
export function createBackground({ log, providerCalls, timeoutMs }: Options): BackgroundWork {
  const underWay = new Map<AbortController, Promise<void>>();
  let shutDown = false;

  async function run(
    { task, work }: BackgroundJob,
    { requestId, call }: Parameters<Background['start']>[1],
    controller: AbortController,
  ): Promise<void> {
    const startedAt = performance.now();
    const timer = setTimeout(() => controller.abort(new CutOff('DEADLINE')), timeoutMs);
    const { signal } = controller;
    // Not the key of the request, whose calls are logged when its answer is sent.
    const key = randomUUID();
    providerCalls.open(key);
    const own = { ...call, requestId: key, signal };
    const failure = await untilAborted(work(own), signal).then(() => null, failureOf);
    clearTimeout(timer);
    underWay.delete(controller);
    const durationMs = Math.round(performance.now() - startedAt);
    const calls = providerCalls.close(key);
    const line = { event: 'background', requestId, task, failure, durationMs } as const;
    log[failure === null ? 'info' : 'warn'](
      { ...line, providerCalls: calls },
      'A task that follows a response ended.',
    );
  }

  return {
    start(behind, context) {
      const controller = new AbortController();
      underWay.set(controller, run(behind, context, controller));
      if (shutDown) controller.abort(new CutOff('SHUTDOWN'));
    },
    drain(withinMs) {
      const end = setTimeout(() => {
        shutDown = true;
        for (const controller of underWay.keys()) controller.abort(new CutOff('SHUTDOWN'));
      }, withinMs);
      end.unref();
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay.values());
    },
  };
}
