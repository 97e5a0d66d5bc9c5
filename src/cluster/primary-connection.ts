import process from 'node:process';
import type { ServingSecrets } from '../config.ts';
import type { AccountEvent } from '../identity/account-event.ts';
import { fromPrimary, type Request } from './messages.ts';
import type { PrimaryCalls } from './primary-api.ts';

/** What a worker does with what its primary says. */
export interface PrimaryListener {
  onEvents(events: readonly AccountEvent[]): void;
  onSecrets(secrets: ServingSecrets): void;
  onMeasure(round: number): void;
  onStop(): void;
}

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/** For a worker; without its primary node:cluster ends it. */
export function connectPrimary(listener: PrimaryListener): PrimaryCalls {
  const waiting = new Map<number, Waiting>();
  let calls = 0;

  process.on('message', (received) => {
    const message = fromPrimary.parse(received);
    switch (message.kind) {
      case 'answer':
        waiting.get(message.id)?.resolve(message.value);
        waiting.delete(message.id);
        return;
      case 'refusal':
        waiting.get(message.id)?.reject(new Error(message.message));
        waiting.delete(message.id);
        return;
      case 'events':
        listener.onEvents(message.events);
        return;
      case 'secrets':
        listener.onSecrets(message.secrets);
        return;
      case 'measure':
        listener.onMeasure(message.round);
        return;
      case 'stop':
        listener.onStop();
    }
  });

  function ask(method: keyof PrimaryCalls, ...args: unknown[]): Promise<never> {
    calls += 1;
    const call: Request = { id: calls, method, args };
    return new Promise((resolve, reject) => {
      waiting.set(call.id, { resolve, reject });
      process.send?.(call, undefined, undefined, (error) => {
        if (error === null) return;
        waiting.delete(call.id);
        reject(error);
      });
    });
  }

  return callsBy(ask);
}

function callsBy(
  ask: (method: keyof PrimaryCalls, ...args: unknown[]) => Promise<never>,
): PrimaryCalls {
  return {
    boot: () => ask('boot'),
    ready: (...args) => ask('ready', ...args),
    failed: (...args) => ask('failed', ...args),
    lookOut: () => ask('lookOut'),
    measured: (...args) => ask('measured', ...args),
    publishEvents: (...args) => ask('publishEvents', ...args),
    pastEvents: () => ask('pastEvents'),
    takeDuty: (...args) => ask('takeDuty', ...args),
    releaseDuty: (...args) => ask('releaseDuty', ...args),
    enterStep: (...args) => ask('enterStep', ...args),
    leaveStep: (...args) => ask('leaveStep', ...args),
    takeCounts: (...args) => ask('takeCounts', ...args),
    settleCounts: (...args) => ask('settleCounts', ...args),
    postNotice: (...args) => ask('postNotice', ...args),
    withdrawNotice: (...args) => ask('withdrawNotice', ...args),
    claim: (...args) => ask('claim', ...args),
    publish: (...args) => ask('publish', ...args),
    fail: (...args) => ask('fail', ...args),
    look: (...args) => ask('look', ...args),
    end: (...args) => ask('end', ...args),
    endSessions: (...args) => ask('endSessions', ...args),
    isEnded: (...args) => ask('isEnded', ...args),
  };
}
