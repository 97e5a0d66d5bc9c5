import * as z from 'zod';
import type { ServingSecrets } from '../config.ts';
import type { AccountEvent } from '../identity/account-event.ts';

/** A call of a worker. */
export const request = z.object({
  id: z.number(),
  method: z.string(),
  args: z.array(z.unknown()),
});
export type Request = z.infer<typeof request>;

/**
 * From the primary. Both ends are one program, so what it answers is what the called method gives;
 * only that it is an answer has to be seen.
 */
export const fromPrimary = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('answer'), id: z.number(), value: z.custom<never>(() => true) }),
  z.object({ kind: z.literal('refusal'), id: z.number(), message: z.string() }),
  z.object({ kind: z.literal('events'), events: z.custom<readonly AccountEvent[]>(Array.isArray) }),
  z.object({
    kind: z.literal('secrets'),
    secrets: z.custom<ServingSecrets>((value) => typeof value === 'object' && value !== null),
  }),
  z.object({ kind: z.literal('measure'), round: z.number() }),
  z.object({ kind: z.literal('stop') }),
]);
export type FromPrimary =
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly message: string }
  | { readonly kind: 'events'; readonly events: readonly AccountEvent[] }
  | { readonly kind: 'secrets'; readonly secrets: ServingSecrets }
  /** For the figures of the worker, which it gives by a call with the same number. */
  | { readonly kind: 'measure'; readonly round: number }
  | { readonly kind: 'stop' };
