import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AccessTokenEntity, GrantEntity, RefreshTokenEntity, UserEntity } from './entities.ts';
import type { KeptKeys, Keys } from './keys.ts';
import { isObject } from './reply.ts';
import { type Store, saveUser } from './store.ts';

/** The file of one org; it holds private keys and password hashes, so only its owner may read it. */
export interface Snapshot {
  readonly version: 1;
  readonly keys: KeptKeys;
  readonly users: readonly UserEntity[];
  readonly unassignedUserIds: readonly string[];
  readonly grants: readonly GrantEntity[];
  readonly accessTokens: readonly AccessTokenEntity[];
  readonly refreshTokens: readonly RefreshTokenEntity[];
}

const parts = ['users', 'unassignedUserIds', 'grants', 'accessTokens', 'refreshTokens'] as const;

/** Null: there is no file yet. @throws for a file that is not a whole snapshot */
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
    parts.every((part) => Array.isArray(value[part]))
  );
}

export function restoreSnapshot(store: Store, snapshot: Snapshot): void {
  for (const user of snapshot.users) saveUser(store, user);
  for (const id of snapshot.unassignedUserIds) store.unassignedUserIds.add(id);
  for (const grant of snapshot.grants) store.grants.set(grant.id, grant);
  for (const token of snapshot.accessTokens) store.accessTokens.set(token.jti, token);
  for (const token of snapshot.refreshTokens) store.refreshTokens.set(token.token, token);
}

export interface SnapshotWriter {
  /** Writes soon; calls that come meanwhile share the write. */
  schedule(): void;
  /** Resolves when the file holds the present state. @throws what writing throws */
  flush(): Promise<void>;
}

const writeDelayMs = 50;

/** Writes to a file beside and renames it, so that a crash leaves the old snapshot or the new one. */
export function createSnapshotWriter(
  file: string,
  state: { store: Store; keys: Keys },
): SnapshotWriter {
  let timer: NodeJS.Timeout | null = null;
  let written = '';
  let writing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    const text = JSON.stringify(await takeSnapshot(state));
    if (text === written) return;
    const temporary = `${file}.tmp`;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(temporary, text, { mode: 0o600 });
    await rename(temporary, file);
    written = text;
  }

  function flush(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    writing = writing.then(write, write);
    return writing;
  }

  return {
    schedule() {
      // A write that fails here is tried again by the next change, and by `close`, which reports it.
      timer ??= setTimeout(() => void flush().catch(() => {}), writeDelayMs);
    },
    flush,
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
    grants: [...store.grants.values()],
    accessTokens: [...store.accessTokens.values()],
    refreshTokens: [...store.refreshTokens.values()],
  };
}
