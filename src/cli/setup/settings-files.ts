import {
  accessSync,
  constants,
  existsSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { secretNames, type VariableName } from '../../config/variables.ts';
import { Conflict } from '../../org/resource.ts';
import { withSettings } from './env-lines.ts';

/** By name; null: the setting contradicts the others, and must go. */
export type NewSettings = Readonly<Partial<Record<VariableName, string | null>>>;

export interface SettingsPlace {
  readonly envFile: string;
  /** Null: secrets go into the env file too. */
  readonly secretsDir: string | null;
}

/** Only its owner may read it: it may hold secrets. */
const mode = 0o600;

/** Before anything is changed. @throws Conflict where the settings could not be written afterwards */
export function requireWritable({ envFile, secretsDir }: SettingsPlace): void {
  const ownFolder = [dirname(pathOf(envFile)), 'Run the command in a folder of yours.'] as const;
  const secrets = [secretsDir, 'Make SECRETS_DIR a directory that you may write to.'] as const;
  for (const [folder, fix] of [ownFolder, secrets]) {
    if (folder === null) continue;
    try {
      accessSync(folder, constants.W_OK | constants.X_OK);
    } catch {
      throw new Conflict(
        `The settings could not be written to ${folder}, so nothing was changed. ${fix}`,
      );
    }
  }
}

/**
 * Writes settings into the env file, and secrets into files of a directory where there is one. Old
 * values are kept: as comments of the env file, or as files that begin with a dot.
 * @returns the paths that were written
 */
export function writeSettings(
  settings: NewSettings,
  { envFile, secretsDir }: SettingsPlace,
): readonly string[] {
  const entries = new Map(Object.entries(settings));
  const written: string[] = [];
  if (secretsDir !== null) {
    for (const name of secretNames) {
      const value = entries.get(name);
      if (value === undefined) continue;
      if (writeSecret(secretsDir, name, value)) written.push(join(secretsDir, name));
      // The same secret in both places is refused at the start.
      entries.set(name, null);
    }
  }
  const path = pathOf(envFile);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  replaceFile(path, withSettings(text, entries));
  return [envFile, ...written];
}

/** @returns whether there is such a file now */
function writeSecret(secretsDir: string, name: string, value: string | null): boolean {
  const path = join(secretsDir, name);
  const before = existsSync(path) ? readFileSync(path, 'utf8') : null;
  if (before !== null && before !== value)
    renameSync(path, join(secretsDir, `.${name}.before-setup`));
  if (value === null) return false;
  replaceFile(path, value);
  return true;
}

/** Follows symbolic links. */
function pathOf(file: string): string {
  return existsSync(file) ? realpathSync(file) : file;
}

/**
 * At once, so that a full disk leaves the old file. The temporary file is a new one: a symbolic link in
 * its place would lead the secrets elsewhere.
 */
function replaceFile(path: string, text: string): void {
  const temporary = join(dirname(path), `.setup-${process.pid}.tmp`);
  rmSync(temporary, { force: true });
  try {
    writeFileSync(temporary, text, { mode, flag: 'wx' });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
