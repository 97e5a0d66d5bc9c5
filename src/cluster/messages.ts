import * as z from 'zod';
import type { Config, OktaSettings, ServingSecrets } from '../config.ts';
import type { EmbeddedOkta } from '../embedded/handle.ts';
import type { ProfileSchema } from '../identity/profile-schema.ts';
import type { Snapshot } from '../metrics/snapshots.ts';

/**
 * What a process starts with. A worker receives it as a message, because other users of the machine
 * can read the arguments of a process, and often its environment.
 */
export interface Boot {
  readonly config: Config & { readonly okta: OktaSettings };
  readonly secrets: ServingSecrets;
  /** The same for all workers, and until the program ends: all hashes in its log are comparable. */
  readonly hashingKey: Uint8Array;
  /** Identifies this run of the program, whose workers log some lines only once. */
  readonly programId: string;
  readonly seeded: EmbeddedOkta['seeded'] | null;
  /** Read once, so that all workers serve the same GraphQL schema. */
  readonly profile: ProfileSchema;
}

/** An object is not checked further: both processes run the same code. */
const object = <Value extends object>() =>
  z.custom<Value>((value) => typeof value === 'object' && value !== null);

/** From the primary to a worker, copied by the structured clone algorithm. */
export const fromPrimary = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('boot'), boot: object<Boot>() }),
  /** All secrets, after some have changed. */
  z.object({ kind: z.literal('secrets'), secrets: object<ServingSecrets>() }),
  /** The worker answers with `metrics` and the same number. */
  z.object({ kind: z.literal('collect-metrics'), round: z.number() }),
  /** The answer to `accept-pending`. */
  z.object({ kind: z.literal('pending-accepted') }),
  z.object({ kind: z.literal('stop') }),
]);
export type FromPrimary = z.infer<typeof fromPrimary>;

/** From a worker to its primary. */
export const fromWorker = z.discriminatedUnion('kind', [
  /** The worker can receive messages. The answer is `boot`. */
  z.object({ kind: z.literal('loaded') }),
  z.object({ kind: z.literal('ready'), url: z.string() }),
  /** The worker cannot start. */
  z.object({ kind: z.literal('failed'), message: z.string() }),
  z.object({ kind: z.literal('metrics'), round: z.number(), snapshot: object<Snapshot>() }),
  /** Asks the primary to accept the connections that wait, before the worker stops. */
  z.object({ kind: z.literal('accept-pending') }),
]);
export type FromWorker = z.infer<typeof fromWorker>;
