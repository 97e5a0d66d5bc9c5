import process from 'node:process';
import type { ServingSecrets } from '../config.ts';
import type { AccountEvent } from '../identity/account-event.ts';
import type { PrimaryCalls } from './calls.ts';
import { fromPrimary, type Request } from './messages.ts';

export interface PrimaryConnection {
  readonly calls: PrimaryCalls;
  onTold(listener: (events: readonly AccountEvent[]) => void): void;
  onSecrets(listener: (secrets: ServingSecrets) => void): void;
  onMeasure(listener: (round: number) => void): void;
  onStop(listener: () => void): void;
}

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/** For a worker; without its primary node:cluster ends it. */
export function connectPrimary(): PrimaryConnection {
  const waiting = new Map<number, Waiting>();
  const onTold: ((events: readonly AccountEvent[]) => void)[] = [];
  const onSecrets: ((secrets: ServingSecrets) => void)[] = [];
  const onMeasure: ((round: number) => void)[] = [];
  const onStop: (() => void)[] = [];
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
      case 'told':
        for (const listener of onTold) listener(message.events);
        return;
      case 'secrets':
        for (const listener of onSecrets) listener(message.secrets);
        return;
      case 'measure':
        for (const listener of onMeasure) listener(message.round);
        return;
      case 'stop':
        for (const listener of onStop) listener();
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

  return {
    calls: callsBy(ask),
    onTold: (listener) => onTold.push(listener),
    onSecrets: (listener) => onSecrets.push(listener),
    onMeasure: (listener) => onMeasure.push(listener),
    onStop: (listener) => onStop.push(listener),
  };
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
    tell: (...args) => ask('tell', ...args),
    told: () => ask('told'),
    takeDuty: (...args) => ask('takeDuty', ...args),
    releaseDuty: (...args) => ask('releaseDuty', ...args),
    enterStep: (...args) => ask('enterStep', ...args),
    leaveStep: (...args) => ask('leaveStep', ...args),
    takeCounts: (...args) => ask('takeCounts', ...args),
    settleCounts: (...args) => ask('settleCounts', ...args),
    claim: (...args) => ask('claim', ...args),
    publish: (...args) => ask('publish', ...args),
    fail: (...args) => ask('fail', ...args),
    look: (...args) => ask('look', ...args),
    end: (...args) => ask('end', ...args),
    endSessions: (...args) => ask('endSessions', ...args),
    isEnded: (...args) => ask('isEnded', ...args),
  };
}
