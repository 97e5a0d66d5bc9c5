import { hash, timingSafeEqual } from 'node:crypto';
import type { ServiceClient } from '../config.ts';
import { latest } from '../latest.ts';
import type { Caller } from './context.ts';

/** The services that have a secret of this API's. */
export interface ServiceClients {
  /**
   * The service that one of the spellings of `id:secret` is right for. Digests have one length, and
   * everything is compared with everything, so the time an answer takes tells neither which ids exist
   * nor how much of a secret was right.
   */
  callerOf(spellings: readonly Buffer[]): Caller;
}

/** @param clients as they are now: another array is another set of them */
export function createServiceClients(clients: () => readonly ServiceClient[]): ServiceClients {
  const expected = latest(clients, (list) =>
    list.map(({ id, secret }) => ({
      caller: { kind: 'service', id } as const,
      digest: sha256(`${id}:${secret}`),
    })),
  );
  return {
    callerOf(spellings) {
      const presented = spellings.map(sha256);
      const [match] = expected().filter(
        ({ digest }) => presented.filter((one) => timingSafeEqual(one, digest)).length > 0,
      );
      return match?.caller ?? { kind: 'rejected', code: 'CALLER_UNAUTHENTICATED' };
    },
  };
}

function sha256(bytes: Buffer | string): Buffer {
  return hash('sha256', bytes, 'buffer');
}
