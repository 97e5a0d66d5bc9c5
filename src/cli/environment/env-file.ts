import { readFileSync } from 'node:fs';
import process from 'node:process';
import { parseEnv } from 'node:util';
import { variableNames } from '../../config/variables.ts';
import type { ConfigProblem } from '../../config.ts';

/** A setting at the beginning of a line that is not the first. */
const furtherSetting = new RegExp(`\\n\\s*(?:export\\s+)?(?:${variableNames.join('|')})\\s*=`);

/**
 * Puts what the file sets, and the environment does not, into the environment.
 * @returns why it did not; null also where there is no such file
 */
export function loadEnvFile(path: string): ConfigProblem | null {
  const text = read(path);
  if (text === null) return null;
  if (typeof text !== 'string') return text;
  for (const [variable, value] of Object.entries(parseEnv(text))) {
    // A quote that is never closed ends at the next one, many lines on, and hides what is between.
    if (!furtherSetting.test(value ?? '')) continue;
    return {
      variable,
      problem: `Its value in ${path} goes on over the next setting.`,
      fix: 'Close its quote at the end of the value, or leave quotes out.',
    };
  }
  process.loadEnvFile(path);
  return null;
}

function read(path: string): string | ConfigProblem | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOENT') return null;
    return {
      variable: path,
      problem: `It is there and cannot be read (${code}).`,
      fix: 'Make it a file that this process may read, or remove it.',
    };
  }
}
