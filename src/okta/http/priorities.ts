import type { Priority } from '../wire/endpoints.ts';

/** Highest first. */
export const priorities: readonly Priority[] = ['interactive', 'refresh', 'validation', 'batch'];

/**
 * The share of a bucket that a priority leaves to the higher ones. Okta warns the administrators of
 * the org at 60 % use, so batches stop there. A refresh can wait, so it leaves a fifth to log-ins.
 */
export const reserves: Readonly<Record<Priority, number>> = {
  interactive: 0,
  refresh: 0.2,
  validation: 0.3,
  batch: 0.4,
};

/**
 * The share of the connections that a priority and all lower ones may use together. However many of
 * their calls hang, the last quarter stays free for log-ins.
 */
export const connectionShares: Readonly<Record<Priority, number>> = {
  interactive: 1,
  refresh: 0.75,
  validation: 0.5,
  batch: 0.25,
};

/** The share of the connections that one bucket may use, so that others go on when its calls hang. */
export const bucketShare = 0.9;
