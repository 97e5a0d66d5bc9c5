import type { ServingConfig } from '../config.ts';
import type { Findings } from '../config-checks/findings.ts';
import type { Notices } from '../config-checks/notices.ts';
import { orgChecks, serviceFindings } from '../config-checks/org-checks.ts';
import { createOrgWatch, type OrgWatch } from '../config-checks/org-watch.ts';
import type { IdentityProvider } from '../identity/port.ts';
import type { Log } from '../logging/log.ts';
import type { Upstream } from '../okta/http/admission.ts';
import type { DpopOf } from '../okta/oauth/dpop.ts';
import { createOrgProbe } from '../okta/org-probe.ts';
import type { OktaCallRecord } from '../okta/wire/call-record.ts';
import { failureOf } from '../server/observability/failure.ts';
import { reportMissingScopes } from './missing-scopes.ts';

const defaultEveryMs = 60_000;

interface Dependencies {
  /** Not null for the embedded org, which needs no checks. */
  readonly seeded: object | null;
  readonly identity: Pick<IdentityProvider, 'passwordPolicy'>;
  readonly findings: Findings;
  readonly notices: Notices;
  readonly log: Log;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly observe: (call: OktaCallRecord) => void;
  readonly upstream: Upstream;
  readonly dpop: DpopOf;
  readonly checkOrgEveryMs?: number;
}

/** Checks a real org in the background; null for the embedded one. */
export function createOrgChecks(
  config: ServingConfig,
  { seeded, checkOrgEveryMs, ...dependencies }: Dependencies,
): OrgWatch | null {
  if (seeded !== null) return null;
  const { findings, notices, log, now, observe, upstream, dpop } = dependencies;
  const { passwordPolicy } = dependencies.identity;
  const { okta, secrets } = config;
  const onMissingScopes = reportMissingScopes(findings);
  const probe = createOrgProbe(okta, { now, observe, upstream, dpop, onMissingScopes });
  const watch = createOrgWatch({
    findings,
    notices,
    log,
    checks: orgChecks(config, { ...probe, passwordPolicy }),
    credentials: () => secrets().okta,
    failureOf: (error) => ({ failure: failureOf(error) }),
    everyMs: checkOrgEveryMs ?? defaultEveryMs,
    // A token for the service app, the call itself, and a wait for a connection.
    timeoutMs: 3 * okta.callTimeoutMs,
  });
  return {
    start() {
      void findings.put('SERVICE_CLIENTS', serviceFindings(config));
      watch.start();
    },
    async close() {
      await watch.close();
      await probe.close();
    },
  };
}
