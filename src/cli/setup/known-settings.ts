import process from 'node:process';
import { bareValue, type Environment } from '../../config/settings.ts';
import { readEnvironment } from '../environment/environment.ts';
import { readSecretFiles } from '../environment/secret-files.ts';
import type { SettingsPlace } from './settings-files.ts';

/** The settings of this folder, as `start` would read them. */
export interface KnownSettings {
  /** With what files of SECRETS_DIR hold. */
  readonly env: Environment;
  /** What does not come from `.env`, and wins over it. */
  readonly shell: Environment;
  readonly place: SettingsPlace;
}

export function readKnownSettings(): KnownSettings {
  const shell = { ...process.env };
  const env = readEnvironment();
  const secretsDir = bareValue(env, 'SECRETS_DIR') || null;
  const files = secretsDir === null ? {} : readSecretFiles(secretsDir).values;
  return { env: { ...env, ...files }, shell, place: { envFile: '.env', secretsDir } };
}
