import { type ParsedConfig, parseConfig } from '../../config/parse.ts';
import { bareValue, type Environment } from '../../config/settings.ts';
import type { ConfigProblem } from '../../config.ts';
import { readSecretFiles, type SecretFiles } from './secret-files.ts';

/** With the files it was read from; null: all secrets are in the environment. */
export function readConfiguration(
  env: Environment,
): ParsedConfig & { readonly files: SecretFiles | null } {
  const directory = bareValue(env, 'SECRETS_DIR');
  if (directory === '') return { ...parseConfig(env), files: null };
  const files = readSecretFiles(directory);
  return { ...configurationOf(env, files), files };
}

/** Reads the environment, and the files for variables that are not in it. */
export function configurationOf(env: Environment, files: SecretFiles): ParsedConfig {
  const problems = [...files.problems, ...givenTwice(env, files)];
  const parsed = parseConfig({ ...env, ...files.values });
  if (problems.length === 0) return parsed;
  return { ok: false, problems: [...problems, ...(parsed.ok ? [] : parsed.problems)] };
}

function givenTwice(env: Environment, { values }: SecretFiles): readonly ConfigProblem[] {
  const twice = Object.keys(values).filter((name) => bareValue(env, name) !== '');
  return twice.map((variable) => ({
    variable,
    problem: 'It is in the environment, and SECRETS_DIR has a file of it too.',
    fix: 'Remove it from the environment.',
  }));
}
