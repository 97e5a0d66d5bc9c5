import { readFile } from 'node:fs/promises';

/** For modules, logs, and connections to Okta and Redis. */
const besidesConnections = 300;

/**
 * Null where the limit of open files has room for `connections`, and where the system does not report
 * the limit (all systems but Linux).
 */
export async function fileLimitProblem(
  connections: number,
): Promise<{ readonly limit: number; readonly needed: number } | null> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  // Node raises the soft limit to the hard one when it starts.
  const [, soft] = /^Max open files +(\d+)/m.exec(limits) ?? [];
  const needed = connections + besidesConnections;
  return soft === undefined || Number(soft) >= needed ? null : { limit: Number(soft), needed };
}
