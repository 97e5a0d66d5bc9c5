import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Locks a snapshot file for one org: two writers would lose each other's accounts. The lock is a file
 * beside it with the process id; the lock of a process that ended does not count.
 * @returns releases the file
 * @throws while another org has the file, and where its folder cannot be written
 */
export async function lockSnapshot(file: string): Promise<() => Promise<void>> {
  const lock = `${file}.lock`;
  // Process ids are reused, in a container at every restart: the start time of the process
  // distinguishes them.
  const mine = `${process.pid} ${performance.timeOrigin}`;
  try {
    await mkdir(dirname(file), { recursive: true });
    const theirs = await acquire(lock, mine);
    if (theirs !== null) throw inUse(file, { lock, pid: pidIn(theirs) });
  } catch (error) {
    const code = codeOf(error);
    throw code === null
      ? error
      : new Error(`The snapshot file ${file} cannot be written (${code}).`);
  }
  return async () => {
    if ((await read(lock)) === mine) await rm(lock, { force: true });
  };
}

function inUse(file: string, { lock, pid }: { lock: string; pid: string }): Error {
  return new Error(
    `The snapshot file ${file} is in use by process ${pid}, and two orgs cannot share it. Stop that one; if it is no org, delete ${lock}.`,
  );
}

/** Null if this process has the lock; otherwise the content of the other lock. */
async function acquire(lock: string, mine: string): Promise<string | null> {
  let pauses = 0;
  while (!(await create(lock, mine))) {
    const theirs = await read(lock);
    if (theirs === null) continue;
    if (isHeld(theirs, mine)) return theirs;
    if (await discard(lock, { stale: theirs, mine })) continue;
    if (pauses === maxPauses) throw new Error(`${turnOf(lock)} is left over. Delete it.`);
    pauses += 1;
    await wait(pauseMs);
  }
  return null;
}

/** False if there is one already. */
async function create(lock: string, content: string): Promise<boolean> {
  try {
    await writeFile(lock, content, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Null if there is none. */
async function read(lock: string): Promise<string | null> {
  try {
    return await readFile(lock, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

const pidIn = (content: string): string => content.split(' ')[0] ?? '';

function isHeld(theirs: string, mine: string): boolean {
  const pid = pidIn(theirs);
  if (pid === pidIn(mine)) return theirs === mine;
  // Of a lock that is being written there is nothing to read yet.
  return !/^[1-9]\d*$/.test(pid) || isRunning(Number(pid));
}

function isRunning(pid: number): boolean {
  try {
    // Signal 0 is not sent.
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

/** While another process discards the same lock, which takes it a moment. */
const pauseMs = 5;
const maxPauses = 200;

/**
 * Two processes may find the same lock stale, and the second must not remove the lock that the first
 * then took: so only one at a time checks again.
 * @returns false if another process is checking
 */
async function discard(
  lock: string,
  { stale, mine }: { readonly stale: string; readonly mine: string },
): Promise<boolean> {
  const turn = turnOf(lock);
  if ((await acquire(turn, mine)) !== null) return false;
  try {
    if ((await read(lock)) === stale) await rm(lock, { force: true });
  } finally {
    await rm(turn, { force: true });
  }
  return true;
}

const turnOf = (lock: string): string => `${lock}.turn`;

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : null;
}
