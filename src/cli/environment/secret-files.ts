import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { nearestVariable, secretNames } from '../../config/variables.ts';
import type { ConfigProblem } from '../../config.ts';

/** What a directory holds of secrets, a file each, and what is wrong with it. */
export interface SecretFiles {
  readonly directory: string;
  /** By the name of the variable, as they are. */
  readonly values: Readonly<Record<string, string>>;
  readonly problems: readonly ConfigProblem[];
}

/** Two consecutive reads have to be equal; after this many reads we give up. */
const mostLooks = 10;

/**
 * Reads until two reads agree. Otherwise a read during a replacement, which Kubernetes does by
 * switching a symbolic link, would mix old and new files.
 */
export function readSecretFiles(directory: string): SecretFiles {
  let seen = look(directory);
  for (let looks = 1; looks < mostLooks; looks += 1) {
    const again = look(directory);
    if (isDeepStrictEqual(again, seen)) break;
    seen = again;
  }
  return seen;
}

function look(directory: string): SecretFiles {
  const values: Record<string, string> = {};
  const problems: ConfigProblem[] = [];
  for (const name of namesIn(directory, problems)) {
    if (!isSecret(name)) problems.push(notASecret(name));
    else {
      try {
        values[name] = readFileSync(join(directory, name), 'utf8');
      } catch (error) {
        problems.push({
          variable: name,
          problem: `Its file cannot be read (${codeOf(error)}).`,
          fix: 'Make it a file that this process may read.',
        });
      }
    }
  }
  return { directory, values, problems };
}

function namesIn(directory: string, problems: ConfigProblem[]): readonly string[] {
  try {
    // Kubernetes keeps the targets of its links in the same directory, under names that begin with a
    // dot.
    return readdirSync(directory).filter((name) => !name.startsWith('.'));
  } catch (error) {
    problems.push({
      variable: 'SECRETS_DIR',
      problem: `The directory cannot be read (${codeOf(error)}).`,
      fix: 'Make it a directory that this process may read, or remove the variable.',
    });
    return [];
  }
}

function isSecret(name: string): boolean {
  return secretNames.some((secret) => secret === name);
}

function notASecret(name: string): ConfigProblem {
  return {
    variable: name,
    problem: 'SECRETS_DIR has a file of this name, which is not one of a secret.',
    fix: `Did you mean ${nearestVariable(name, secretNames)}? Remove it; what is not secret goes into the environment.`,
  };
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null;
}
