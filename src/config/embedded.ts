import type { Config, ConfigProblem } from '../config.ts';
import { readDevelopment } from './development.ts';
import { bareValue, createSettings, type Environment, type Settings } from './settings.ts';

type Org = Pick<Config['embedded'], 'port' | 'snapshotFile' | 'names'>;

/** Settings of the embedded org. */
export function readEmbedded(settings: Settings, env: Environment, defaults: Defaults): Org {
  return {
    port: settings.integer('EMBEDDED_OKTA_PORT', { fallback: 4001, min: 0, max: 65_535 }),
    snapshotFile: readSnapshotFile(env, defaults.file),
    names: settings.choice('EMBEDDED_OKTA_NAMES', ['optional', 'required'], defaults.names),
  };
}

interface Defaults {
  /** Empty: none. */
  readonly file: string;
  readonly names: Org['names'];
}

/** The variable with no value stands for no file. */
function readSnapshotFile(env: Environment, fallback: string): string | null {
  const isUnset = env['EMBEDDED_OKTA_FILE'] === undefined;
  const file = isUnset ? fallback : bareValue(env, 'EMBEDDED_OKTA_FILE');
  return file === '' ? null : file;
}

export type ParsedOrg =
  | { readonly ok: true; readonly org: Org & { readonly host: string } }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/**
 * Reads what the embedded org needs when it runs alone, and no other variable. Its defaults are those
 * of an emulator for tests: nothing is stored, and names are required as in a new org.
 */
export function parseEmbedded(env: Environment): ParsedOrg {
  const settings = createSettings(env);
  if (settings.production) {
    settings.report(
      'NODE_ENV',
      'The embedded org is for development and tests, and its secrets are public.',
      'Remove it, or set NODE_ENV=development.',
    );
  }
  const host = settings.text('HOST') ?? '127.0.0.1';
  const isExposed = readDevelopment(settings, host);
  const org = readEmbedded(settings, env, { file: '', names: 'required' });
  return settings.problems.length === 0
    ? { ok: true, org: { ...org, host: isExposed ? host : '127.0.0.1' } }
    : { ok: false, problems: settings.problems };
}
