import process from 'node:process';
import type { Environment } from '../../config/settings.ts';
import { secretNames } from '../../config/variables.ts';
import type { Config, ConfigProblem, Secrets } from '../../config.ts';
import { configurationError } from '../command-line/exit-codes.ts';
import { readConfiguration } from './configuration.ts';
import { loadEnvFile } from './env-file.ts';
import type { SecretFiles } from './secret-files.ts';

export interface Configured {
  readonly config: Config;
  readonly secrets: Secrets;
  /** Null: all secrets are in the environment. */
  readonly files: SecretFiles | null;
  /** As it was at the start. */
  readonly env: Environment;
}

/** The whole configuration. Ends the program where it has problems. */
export function configure(): Configured {
  const env = readEnvironment();
  const parsed = readConfiguration(env);
  if (!parsed.ok) refuse(parsed.problems);
  // Node's diagnostic reports show the environment, and child processes inherit it.
  for (const name of secretNames) delete process.env[name];
  return { ...parsed, env };
}

/** The environment with what `.env` adds to it. */
export function readEnvironment(): Environment {
  const unreadable = loadEnvFile('.env');
  if (unreadable !== null) refuse([unreadable]);
  return { ...process.env };
}

export function refuse(problems: readonly ConfigProblem[]): never {
  const texts = problems.map(
    ({ variable, problem, fix }) =>
      `  ${variable}: ${problem}\n    ${fix.replaceAll('\n', '\n    ')}\n`,
  );
  refuseWith(['The configuration has problems:\n', ...texts].join('\n'));
}

/** Ends the program because of its input: another start would fail in the same way. */
export function refuseWith(message: string): never {
  console.error(message);
  process.exit(configurationError);
}
