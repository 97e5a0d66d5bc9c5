import process from 'node:process';
import type { ServingSecrets } from '../config.ts';
import type { Snapshot } from '../metrics/snapshots.ts';
import { type Boot, type FromWorker, fromPrimary } from './messages.ts';

interface PrimaryListener {
  onSecrets(secrets: ServingSecrets): void;
  onCollectMetrics(round: number): void;
  onStop(): void;
}

/** A worker's connection to its primary. Every method rejects when the primary has exited. */
export interface PrimaryConnection {
  /** Resolves to what this worker starts with. */
  boot(): Promise<Boot>;
  /** Reports that the worker serves. */
  ready(url: string): Promise<void>;
  /** Reports that the worker cannot start. */
  failed(message: string): Promise<void>;
  sendMetrics(round: number, snapshot: Snapshot): Promise<void>;
  /**
   * The primary accepts connections for all workers. Resolves when it has accepted those that waited,
   * and this worker has received its share.
   */
  acceptPending(): Promise<void>;
}

/** Call it once in a worker. node:cluster ends a worker whose primary exits. */
export function connectPrimary(listener: PrimaryListener): PrimaryConnection {
  let onBoot = (_boot: Boot): void => undefined;
  let onAccepted = (): void => undefined;
  process.on('message', (received) => {
    const message = fromPrimary.parse(received);
    switch (message.kind) {
      case 'boot':
        return onBoot(message.boot);
      case 'secrets':
        return listener.onSecrets(message.secrets);
      case 'collect-metrics':
        return listener.onCollectMetrics(message.round);
      case 'pending-accepted':
        return onAccepted();
      case 'stop':
        return listener.onStop();
    }
  });
  return {
    async boot() {
      const answered = new Promise<Boot>((resolve) => {
        onBoot = resolve;
      });
      await send({ kind: 'loaded' });
      return answered;
    },
    ready: (url) => send({ kind: 'ready', url }),
    failed: (message) => send({ kind: 'failed', message }),
    sendMetrics: (round, snapshot) => send({ kind: 'metrics', round, snapshot }),
    async acceptPending() {
      const answered = new Promise<void>((resolve) => {
        onAccepted = resolve;
      });
      await send({ kind: 'accept-pending' });
      return answered;
    },
  };
}

/** Resolves when the message is written. */
function send(message: FromWorker): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(message, undefined, undefined, (error) =>
      error === null ? resolve() : reject(error),
    );
  });
}
