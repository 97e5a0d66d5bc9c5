import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { isObject } from '../http/responses.ts';
import type { AccessTokenEntity, GrantEntity, RefreshTokenEntity, UserEntity } from './entities.ts';
import type { FactorEntity } from './factor-entities.ts';
import type { KeptKeys, Keys } from './keys.ts';
import type { KeptCollection } from './resources.ts';
import { type Store, saveUser } from './store.ts';

/** The file of one org; it holds private keys and password hashes, so only its owner may read it. */
export interface Snapshot {
  readonly version: 1;
  readonly keys: KeptKeys;
  readonly users: readonly UserEntity[];
  readonly unassignedUserIds: readonly string[];
  readonly factors: readonly FactorEntity[];
  readonly grants: readonly GrantEntity[];
  readonly accessTokens: readonly AccessTokenEntity[];
  readonly refreshTokens: readonly RefreshTokenEntity[];
  /** What administrators have configured; absent in older files. */
  readonly resources?: readonly KeptCollection[];
}

const parts = [
  'users',
  'unassignedUserIds',
  'factors',
  'grants',
  'accessTokens',
  'refreshTokens',
] as const;

/** Null if there is no file yet. @throws for a file that is not a whole snapshot */
export async function readSnapshot(file: string): Promise<Snapshot | null> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new Error(`The snapshot file ${file} cannot be read (${error.code}).`);
  });
  if (text === null) return null;
  const value = parse(text);
  if (!isSnapshot(value)) throw brokenSnapshot(file);
  return value;
}

export function brokenSnapshot(file: string): Error {
  return new Error(
    `The snapshot file ${file} is broken or of another version. Delete it to start from the seed.`,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// Written by this program alone: the frame is checked, the entities in it are trusted.
function isSnapshot(value: unknown): value is Snapshot {
  return (
    isObject(value) &&
    value['version'] === 1 &&
    isObject(value['keys']) &&
    isObject(value['keys']['sets']) &&
    parts.every((part) => Array.isArray(value[part])) &&
    (value['resources'] === undefined || Array.isArray(value['resources']))
  );
}

export function restoreSnapshot(store: Store, snapshot: Snapshot): void {
  for (const user of snapshot.users) saveUser(store, user);
  for (const id of snapshot.unassignedUserIds) store.unassignedUserIds.add(id);
  for (const factor of snapshot.factors) store.factors.set(factor.id, factor);
  for (const grant of snapshot.grants) store.grants.set(grant.id, grant);
  for (const token of snapshot.accessTokens) store.accessTokens.set(token.jti, token);
  for (const token of snapshot.refreshTokens) store.refreshTokens.set(token.token, token);
}

export interface SnapshotWriter {
  /** Writes soon; calls in the meantime share the write. */
  schedule(): void;
  /** The last write; resolves when the file holds the present state. @throws what writing throws */
  close(): Promise<void>;
}

const writeDelayMs = 50;
const retryMs = 2_000;

/**
 * Writes to a file beside and renames it, so that a crash leaves the old snapshot or the new one.
 * @param file locked for this process
 */
export function createSnapshotWriter(
  file: string,
  { notice, ...state }: { store: Store; keys: Keys; notice: (failure: string | null) => void },
): SnapshotWriter {
  let timer: NodeJS.Timeout | null = null;
  let written = '';
  let closed = false;
  let failing = false;
  let writing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    const text = JSON.stringify(await takeSnapshot(state));
    if (text === written) return;
    const temporary = `${file}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
    try {
      await writeFile(temporary, text, { mode: 0o600 });
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw error;
    }
    written = text;
  }

  function flush(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    writing = writing.then(write, write);
    return writing;
  }

  function flushLater(delayMs: number): void {
    if (!closed) timer ??= setTimeout(() => void flush().then(succeeded, failed), delayMs);
  }
  function succeeded(): void {
    if (failing) notice(null);
    failing = false;
  }
  /** `close` reports a write that fails again. */
  function failed(error: NodeJS.ErrnoException): void {
    if (!failing) notice(error.code ?? error.name);
    failing = true;
    flushLater(retryMs);
  }

  return {
    schedule: () => flushLater(writeDelayMs),
    close() {
      closed = true;
      return flush();
    },
  };
}

async function takeSnapshot(state: { store: Store; keys: Keys }): Promise<Snapshot> {
  const keys = await state.keys.keep();
  const { store } = state;
  return {
    version: 1,
    keys,
    users: [...store.users.values()],
    unassignedUserIds: [...store.unassignedUserIds],
    factors: [...store.factors.values()],
    grants: [...store.grants.values()],
    accessTokens: [...store.accessTokens.values()],
    refreshTokens: [...store.refreshTokens.values()],
    resources: store.resources.keep(),
  };
}
