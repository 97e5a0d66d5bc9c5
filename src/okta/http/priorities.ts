import type { Priority } from '../wire/endpoints.ts';

/** The first goes first. */
export const priorities: readonly Priority[] = ['interactive', 'refresh', 'validation', 'batch'];

/**
 * The share of a bucket that a priority leaves to those before it. Okta warns the org's
 * administrators when 60 % are used, so batches end there; a refresh, which can wait, leaves a fifth to log-ins.
 */
export const reserves: Readonly<Record<Priority, number>> = {
  interactive: 0,
  refresh: 0.2,
  validation: 0.3,
  batch: 0.4,
};

/**
 * The share of the connections that a priority and all after it may have together: whatever hangs
 * there, the last quarter is for log-ins.
 */
export const connectionShares: Readonly<Record<Priority, number>> = {
  interactive: 1,
  refresh: 0.75,
  validation: 0.5,
  batch: 0.25,
};

/** The share of the connections that one bucket may have: the others live on where it hangs. */
export const bucketShare = 0.9;
