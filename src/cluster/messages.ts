import * as z from 'zod';
import type { Config, OktaSettings, ServingSecrets } from '../config.ts';
import type { EmbeddedOkta } from '../embedded/handle.ts';
import type { Snapshot } from '../metrics/snapshots.ts';

/** What a process starts with; for a worker never by environment or arguments, which others may read. */
export interface Boot {
  readonly config: Config & { readonly okta: OktaSettings };
  readonly secrets: ServingSecrets;
  /** Of the program's start, whatever replaces the secrets: all workers have to hash alike. */
  readonly hashingKey: Uint8Array;
  /** Of this start of the program: what its workers log once, they log once under this id. */
  readonly programId: string;
  readonly seeded: EmbeddedOkta['seeded'] | null;
}

/** An object that the other end has made: both ends are one program. */
const sent = <Value extends object>() =>
  z.custom<Value>((value) => typeof value === 'object' && value !== null);

/** From the primary to a worker, copied by the structured clone algorithm. */
export const fromPrimary = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('boot'), boot: sent<Boot>() }),
  /** All secrets, of which some have changed. */
  z.object({ kind: z.literal('secrets'), secrets: sent<ServingSecrets>() }),
  /** Asks for the figures of the worker, which answers with the same number. */
  z.object({ kind: z.literal('measure'), round: z.number() }),
  /** Answers `accept-pending`. */
  z.object({ kind: z.literal('pending-accepted') }),
  z.object({ kind: z.literal('stop') }),
]);
export type FromPrimary = z.infer<typeof fromPrimary>;

/** From a worker to its primary. */
export const fromWorker = z.discriminatedUnion('kind', [
  /** The worker listens to messages, and asks for `boot`. */
  z.object({ kind: z.literal('loaded') }),
  z.object({ kind: z.literal('ready'), url: z.string() }),
  /** The worker cannot start, and why. */
  z.object({ kind: z.literal('failed'), message: z.string() }),
  z.object({ kind: z.literal('measured'), round: z.number(), figures: sent<Snapshot>() }),
  /** Before the worker stops: the primary accepts connections for all workers. */
  z.object({ kind: z.literal('accept-pending') }),
]);
export type FromWorker = z.infer<typeof fromWorker>;
