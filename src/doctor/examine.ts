import { RateLimited, UpstreamUnavailable } from '../identity/errors.ts';
import { AdminApiError } from '../org/admin-api.ts';
import type { Check, Finding, Patient } from './check.ts';

/** The result of one check. */
export interface Examined {
  readonly check: Check;
  readonly findings: readonly Finding[];
  /** Why the check could not look, as the end of a sentence; null: it did look. */
  readonly notLooked: string | null;
}

/** It is expired, revoked or of another org, or its network zone does not include this machine. */
export const adminTokenRefused = 'Okta refuses OKTA_ADMIN_TOKEN';

/** Begins the reason where no admin token was given; the scopes follow. */
export const needsAdminToken = 'needs OKTA_ADMIN_TOKEN';

/**
 * Runs the checks one after another, in their order, so that Okta's rate limit is left to customers.
 * After a check that fails the others still run.
 */
export async function examine(
  checks: readonly Check[],
  patient: Patient,
): Promise<readonly Examined[]> {
  const examined: Examined[] = [];
  for (const check of checks) examined.push(await examineOne(check, patient));
  return withoutConsequences(examined);
}

async function examineOne(check: Check, patient: Patient): Promise<Examined> {
  const { needs } = check;
  if (needs.length > 0 && patient.admin === null) {
    return { check, findings: [], notLooked: `${needsAdminToken} with ${needs.join(', ')}` };
  }
  try {
    return { check, findings: await check.look(patient), notLooked: null };
  } catch (error) {
    return { check, findings: [], notLooked: reasonOf(error, needs) };
  }
}

function reasonOf(error: unknown, needs: readonly string[]): string {
  if (error instanceof AdminApiError) {
    const { missingScope, isForbidden, code, message } = error;
    if (missingScope !== null) return `needs ${missingScope}`;
    if (code === 'E0000011') return adminTokenRefused;
    if (code === 'E0000015') return 'the org lacks the feature (E0000015)';
    if (isForbidden && needs.length > 0) return `needs ${needs.join(', ')} and an admin role`;
    return message;
  }
  if (error instanceof RateLimited) return "Okta's rate limit is used up";
  if (error instanceof UpstreamUnavailable) return 'Okta does not answer';
  // A text of Node's or of a library may hold what was sent.
  return `fails with ${error instanceof Error ? error.name : 'an unknown error'}`;
}

/** One fault may show in several places. Only its cause has to be fixed. */
function withoutConsequences(examined: readonly Examined[]): readonly Examined[] {
  const errors = examined.flatMap(({ findings }) =>
    findings.filter(({ severity }) => severity === 'error').map(({ code }) => code),
  );
  return examined.map((one) => {
    const isExplained = one.check.explainedBy?.some((code) => errors.includes(code)) === true;
    return isExplained && one.findings.length > 0
      ? { ...one, findings: [], notLooked: 'fix the errors above first' }
      : one;
  });
}
