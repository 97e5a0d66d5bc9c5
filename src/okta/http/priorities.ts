import type { Lane } from '../wire/endpoints.ts';

/** The first goes first. */
export const lanes: readonly Lane[] = ['logIn', 'refresh', 'validation', 'batch'];

/**
 * The share of a bucket that a lane leaves to those before it. Okta warns the org's administrators
 * when 60 % are used, so batches end there; a refresh, which can wait, leaves a fifth to log-ins.
 */
export const reserves: Readonly<Record<Lane, number>> = {
  logIn: 0,
  refresh: 0.2,
  validation: 0.3,
  batch: 0.4,
};

/**
 * The share of the connections that a lane and all after it may have together: whatever hangs there,
 * the last quarter is for log-ins.
 */
export const connectionShares: Readonly<Record<Lane, number>> = {
  logIn: 1,
  refresh: 0.75,
  validation: 0.5,
  batch: 0.25,
};

/** The share of the connections that one bucket may have: the others live on where it hangs. */
export const bucketShare = 0.9;
