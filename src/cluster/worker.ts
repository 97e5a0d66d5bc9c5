import process from 'node:process';
import type { ServingSecrets } from '../config.ts';
import type { Snapshot } from '../metrics/snapshots.ts';
import { type Boot, type FromWorker, fromPrimary } from './messages.ts';

interface WorkerListener {
  onSecrets(secrets: ServingSecrets): void;
  onMeasure(round: number): void;
  onStop(): void;
}

/** The primary, as its worker sees it. Every method throws where the primary is gone. */
export interface PrimaryLink {
  /** Asks for what to start with. */
  boot(): Promise<Boot>;
  /** The worker serves. */
  ready(url: string): Promise<void>;
  /** The worker cannot start. */
  failed(message: string): Promise<void>;
  measured(round: number, figures: Snapshot): Promise<void>;
  /**
   * Resolves when the primary, which accepts connections for all workers, has accepted what waited,
   * after this worker has received its part.
   */
  acceptPending(): Promise<void>;
}

/** For a worker, once; when its primary is gone, node:cluster ends it. */
export function connectPrimary(listener: WorkerListener): PrimaryLink {
  let onBoot = (_boot: Boot): void => undefined;
  let onAccepted = (): void => undefined;
  process.on('message', (received) => {
    const message = fromPrimary.parse(received);
    switch (message.kind) {
      case 'boot':
        return onBoot(message.boot);
      case 'secrets':
        return listener.onSecrets(message.secrets);
      case 'measure':
        return listener.onMeasure(message.round);
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
    measured: (round, figures) => send({ kind: 'measured', round, figures }),
    async acceptPending() {
      const answered = new Promise<void>((resolve) => {
        onAccepted = resolve;
      });
      await send({ kind: 'accept-pending' });
      return answered;
    },
  };
}

/** Resolves when it is on its way. */
function send(message: FromWorker): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(message, undefined, undefined, (error) =>
      error === null ? resolve() : reject(error),
    );
  });
}
