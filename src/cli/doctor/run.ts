import process from 'node:process';
import { type Config, type OktaSettings, type Secrets, servingConfig } from '../../config.ts';
import type { Patient } from '../../doctor/check.ts';
import { checks } from '../../doctor/checks.ts';
import { examine } from '../../doctor/examine.ts';
import { createPatient } from '../../doctor/patient.ts';
import { exitCodeOf } from '../../doctor/verdict.ts';
import { AdminApiError } from '../../org/admin-api.ts';
import { usageError } from '../command-line/exit-codes.ts';
import { printWait } from '../command-line/print-wait.ts';
import { adminTokenProblem, takeAdminToken } from '../environment/admin-token.ts';
import { configure, refuse as refuseConfiguration } from '../environment/environment.ts';
import { signUpAttributesIn } from '../environment/profile-file.ts';
import { type Choice, chooseChecks } from './choose-checks.ts';
import { reportJson } from './report-json.ts';
import { reportText } from './report-text.ts';

interface Options extends Choice {
  readonly json: boolean;
}

/** The doctor could not look. */
const couldNotLook = 2;
/** Prints what is wrong with the org. The exit code is 1 for an error, and 2 where it could not look. */
export async function runDoctor({ json, ...choice }: Options): Promise<void> {
  const adminToken = takeAdminToken(process.env) || null;
  const misspelt = adminTokenProblem(adminToken ?? '');
  if (misspelt !== null) refuseConfiguration([misspelt]);
  const { config, secrets } = configure();
  const chosen = orNull(() => chooseChecks(checks, choice));
  if (chosen === null) return;
  const interrupted = choice.live ? interruption() : null;
  const patient = patientOf({ config, secrets }, { adminToken, interrupted });
  if (patient === null) return;
  try {
    if (!(await isReached(patient))) return;
    const examined = await examine(chosen, patient);
    const { orgUrl } = patient.okta;
    console.log(
      withoutAddresses(json ? reportJson(orgUrl, examined) : reportText(orgUrl, examined)),
    );
    process.exitCode = exitCodeOf(examined);
  } finally {
    await patient.probes.close();
  }
}

function orNull<Value>(choose: () => Value): Value | null {
  try {
    return choose();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    console.error(error.message);
    process.exitCode = usageError;
    return null;
  }
}

function patientOf(
  { config, secrets }: { readonly config: Config; readonly secrets: Secrets },
  {
    adminToken,
    interrupted,
  }: { readonly adminToken: string | null; readonly interrupted: AbortSignal | null },
): Patient | null {
  const { okta } = config;
  if (okta === null || secrets.okta === null) {
    refuse(
      'There are no OKTA_* settings, so there is no org to look at. The command setup writes them.',
    );
    return null;
  }
  return createPatient(serving({ ...config, okta }, { ...secrets, okta: secrets.okta }), {
    secrets,
    adminToken,
    signUpAttributes: signUpAttributesIn(config.server.profileFile),
    now: Date.now,
    ...(interrupted !== null && { interrupted }),
    onWait: printWait,
  });
}

/** The first Ctrl+C, or SIGTERM, lets a live check delete its customer; the second one ends the program. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => controller.abort(new Error('It was interrupted.')));
  }
  return controller.signal;
}

function serving(
  config: Config & { readonly okta: OktaSettings },
  secrets: Secrets & { readonly okta: NonNullable<Secrets['okta']> },
) {
  // The doctor seals nothing.
  const sealingKeys = secrets.sealingKeys ?? ([new Uint8Array(32)] as const);
  return servingConfig(config, () => ({ ...secrets, sealingKeys }));
}

async function isReached({ anonymous }: Patient): Promise<boolean> {
  try {
    await anonymous.get('/.well-known/okta-organization');
    return true;
  } catch (error) {
    if (!(error instanceof AdminApiError)) throw error;
    // Another answer than Okta's is for the checks to explain.
    if (error.isAnswer) return true;
    refuse(error.message);
    return false;
  }
}

/** Names of policies and texts of Okta's may hold e-mail addresses, and reports are made public. */
function withoutAddresses(report: string): string {
  return report.replaceAll(/[^\s"@]+@[^\s"@]+/g, '…');
}

function refuse(message: string): void {
  console.error(message);
  process.exitCode = couldNotLook;
}
