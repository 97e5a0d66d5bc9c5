import process from 'node:process';
import { bareValue, type Environment } from '../../config/settings.ts';
import { adminTokenName } from '../../config/variables.ts';
import type { ConfigProblem } from '../../config.ts';

/**
 * The token of an administrator, for one run of a command; empty: there is none. Afterwards it is not in
 * the environment, which a child of this process, and a diagnostic report, would show.
 * @param shell the environment without what `.env` adds: a file would store the token
 */
export function takeAdminToken(shell: Environment): string {
  const token = bareValue(shell, adminTokenName);
  delete process.env[adminTokenName];
  return token;
}

/** A token that could not be sent, such as one with a line break. */
export function adminTokenProblem(token: string): ConfigProblem | null {
  if (/^[\x21-\x7e]*$/.test(token)) return null;
  return {
    variable: adminTokenName,
    problem: 'It has characters that no token has.',
    fix: 'Copy the token again, without spaces and line breaks.',
  };
}
