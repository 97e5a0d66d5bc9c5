import type { Secrets, ServingConfig } from '../config.ts';
import { createAdminApi } from '../org/admin-api.ts';
import { serviceScopesOf } from '../org/description.ts';
import type { Patient } from './check.ts';
import { createProbes } from './probes.ts';
import { withSharedReads } from './shared-reads.ts';

interface Options {
  readonly secrets: Secrets;
  /** Null: only the settings of production are used. */
  readonly adminToken: string | null;
  /** Those of the profile file that are public and writable. Default: none. */
  readonly signUpAttributes?: readonly string[];
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Default: never aborts. */
  readonly interrupted?: AbortSignal;
  /** Called before a wait for Okta's rate limit. */
  readonly onWait?: (seconds: number) => void;
}

/** The caller closes its `probes`. @throws TypeError for a private key that cannot be used */
export function createPatient(config: ServingConfig, options: Options): Patient {
  const { secrets, adminToken, now, onWait, signUpAttributes = [] } = options;
  const { interrupted = new AbortController().signal } = options;
  const { okta, events } = config;
  const readsSystemLog = events.logPollSeconds > 0;
  const api = (token: string | null) =>
    withSharedReads(
      createAdminApi({
        orgUrl: okta.orgUrl,
        token,
        timeoutMs: 5 * okta.callTimeoutMs,
        ...(onWait !== undefined && { onWait }),
      }),
    );
  return {
    config,
    okta,
    secrets,
    signUpAttributes,
    now,
    interrupted,
    probes: createProbes(okta, { scopes: serviceScopesOf({ readsSystemLog }), now }),
    anonymous: api(null),
    admin: adminToken === null ? null : api(adminToken),
  };
}
