import { expect } from 'vitest';
import { reportText } from '../../src/cli/doctor/report-text.ts';
import { type Config, type OktaSettings, type Secrets, servingConfig } from '../../src/config.ts';
import type { Check, Finding, Patient } from '../../src/doctor/check.ts';
import { checks } from '../../src/doctor/checks.ts';
import { type Examined, examine } from '../../src/doctor/examine.ts';
import { createPatient } from '../../src/doctor/patient.ts';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import {
  embeddedOktaConfig,
  embeddedOktaCredentials,
} from '../../src/wire/embedded-okta-config.ts';

export interface Settings {
  readonly okta?: Partial<OktaSettings>;
  readonly config?: Partial<Config>;
  readonly secrets?: Partial<Secrets>;
  /** Default: the API token of the org. */
  readonly adminToken?: string | null;
  readonly now?: () => number;
  readonly signUpAttributes?: readonly string[];
}

/** The settings of `npm start` on an embedded org. The caller closes its probes. */
export function patientOn(org: EmbeddedOkta, settings: Settings = {}): Patient {
  const secrets = {
    okta: embeddedOktaCredentials(org),
    serviceClients: [],
    hookSecrets: [],
    redis: null,
    ...settings.secrets,
    sealingKeys: [new Uint8Array(32)] as const,
  };
  const config = { ...defaults, ...settings.config };
  const okta = { ...embeddedOktaConfig(org, 'password'), ...settings.okta };
  const ofPatient = secrets as Secrets & { readonly okta: NonNullable<Secrets['okta']> };
  const serving = servingConfig({ ...config, okta }, () => ({
    ...ofPatient,
    sealingKeys: [new Uint8Array(32)],
  }));
  const { adminToken = org.seeded.apiToken, now = Date.now, signUpAttributes = [] } = settings;
  return createPatient(serving, { secrets, adminToken, now, signUpAttributes });
}

/** What all checks but those of --live say, or those alone that are given. */
export async function examineOn(
  org: EmbeddedOkta,
  settings: Settings = {},
  which: readonly Check[] = checks.filter(({ live }) => live !== true),
): Promise<readonly Examined[]> {
  const patient = patientOn(org, settings);
  try {
    const examined = await examine(which, patient);
    expectPublishable(reportText(org.url, examined), org);
    return examined;
  } finally {
    await patient.probes.close();
  }
}

/** Reports are pasted into issues, and read in terminals of 80 columns. */
function expectPublishable(report: string, { seeded }: EmbeddedOkta): void {
  const { apiClient, serviceClient, managementApp, apiToken } = seeded;
  const secrets = [apiClient.clientSecret, serviceClient.clientSecret, apiToken];
  const [, keyLine = ''] = managementApp.privateKeyPem.split('\n');
  for (const secret of [...secrets, keyLine]) expect(report).not.toContain(secret);
  expect(report).not.toMatch(/\w@\w/);
  const lines = report.split('\n').filter((line) => line.length > 80);
  // A word that is longer than a line stays whole, so that it can be copied.
  expect(lines.filter((line) => /\S\s\S/.test(line.slice(17)))).toEqual([]);
}

export async function findingsOn(
  org: EmbeddedOkta,
  settings: Settings = {},
): Promise<readonly Finding[]> {
  return (await examineOn(org, settings)).flatMap(({ findings }) => findings);
}

/** Expects this finding, and no other error. @returns it */
export function expectOnly(
  findings: readonly Finding[],
  code: Finding['code'],
  severity: Finding['severity'] = 'error',
): Finding {
  const errors = findings.filter(
    (finding) => finding.severity === 'error' || finding.code === code,
  );
  expect(errors.map((finding) => [finding.code, finding.severity])).toEqual([[code, severity]]);
  const [found] = errors;
  if (found === undefined) throw new Error('No finding.');
  return found;
}

const defaults: Config = {
  production: false,
  exposeDevelopment: false,
  okta: null,
  embedded: { port: 0, logInFlow: 'password', snapshotFile: null, names: 'required' },
  server: {
    host: '127.0.0.1',
    port: 0,
    publicUrl: null,
    corsOrigins: [],
    trustedProxies: [],
    logLevel: 'info',
    requestTimeoutMs: 10_000,
    drainMs: 5_000,
    connections: { max: 5_000, keepAliveSeconds: 5 },
    documentsFile: null,
    profileFile: null,
  },
  services: { scope: 'accounts.read' },
  accounts: { enumeration: 'strict', signUp: 'ACTIVE', answerFloorMs: 0, optionalFields: [] },
  limits: { on: true },
  refresh: { graceSeconds: 30 },
  events: { logPollSeconds: 0 },
  profiles: { ttlSeconds: 30 },
  workers: 1,
  metrics: null,
};
