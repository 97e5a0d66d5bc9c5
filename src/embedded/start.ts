import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { createApp } from './app.ts';
import { createFaults } from './faults.ts';
import type { EmbeddedOkta, EmbeddedOktaOptions, SeedUser } from './handle.ts';
import { createKeys, type Keys } from './keys.ts';
import type { Org } from './org.ts';
import { createRateLimits, defaultRateLimits } from './rate-limits.ts';
import { createRequestLog } from './request-log.ts';
import {
  applySeed,
  applySettings,
  type PreparedSeed,
  prepareSeed,
  seededCredentials,
} from './seed.ts';
import {
  brokenSnapshot,
  createSnapshotWriter,
  readSnapshot,
  restoreSnapshot,
  type Snapshot,
  type SnapshotWriter,
} from './snapshot.ts';
import { createStore, endSessionsOfUser, findUser, revokeGrantsOfUser } from './store.ts';

const host = '127.0.0.1';
const defaultPerUsername = 4;
const sweepMs = 60_000;

/**
 * An Okta org on this machine's loopback address.
 * @throws when the port is taken, or the snapshot file is broken
 */
export async function startEmbeddedOkta(options: EmbeddedOktaOptions = {}): Promise<EmbeddedOkta> {
  const now = options.now ?? Date.now;
  const file = options.snapshotFile ?? null;
  const { snapshot, keys } = await restoreFrom(file);
  const seed = await prepareSeed(options.seed ?? {}, { keys, now: now() });
  const store = createStore(now);
  if (snapshot === null) applySeed(store, seed);
  else {
    applySettings(store, seed);
    restoreSnapshot(store, snapshot);
  }
  const writer = file === null ? null : createSnapshotWriter(file, { store, keys });
  const address = { url: '' };
  const org: Org = {
    store,
    now,
    url: () => address.url,
    keys,
    limits: createRateLimits(
      {
        perMinute: { ...defaultRateLimits, ...options.rateLimits },
        perUsername: options.perUsernamePerSecond ?? defaultPerUsername,
      },
      now,
    ),
    faults: createFaults(),
    requests: createRequestLog(),
    apiToken: seededCredentials(keys).apiToken,
    graphiqlUrl: options.graphiqlUrl ?? null,
    observe: options.observe ?? null,
    changed: () => writer?.schedule(),
  };
  const server = await listen(org, options.port ?? 0);
  address.url = urlOf(server);
  writer?.schedule();
  return handleOf(org, { server, seed, writer });
}

/** Without a file, and before there is one: no snapshot, and new keys. */
async function restoreFrom(
  file: string | null,
): Promise<{ readonly snapshot: Snapshot | null; readonly keys: Keys }> {
  const snapshot = file === null ? null : await readSnapshot(file);
  if (file === null || snapshot === null) return { snapshot: null, keys: await createKeys(null) };
  const keys = await createKeys(snapshot.keys).catch(() => {
    throw brokenSnapshot(file);
  });
  return { snapshot, keys };
}

function listen(org: Org, port: number): Promise<Server> {
  const app = createApp(org);
  // The API may run in the same process: its Request and Response must stay Node's own.
  const listener = getRequestListener(app.fetch, { hostname: host, overrideGlobalObjects: false });
  const server = createServer((request, response) => void listener(request, response));
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'the port is taken' : error.code;
      reject(new Error(`The embedded Okta org cannot listen on ${host}:${port}: ${reason}.`));
    });
    server.listen(port, host, () => resolve(server));
  });
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No TCP address.');
  return `http://${host}:${address.port}`;
}

interface Parts {
  readonly server: Server;
  readonly seed: PreparedSeed;
  readonly writer: SnapshotWriter | null;
}

function handleOf(org: Org, { server, seed, writer }: Parts): EmbeddedOkta {
  const { store, requests, faults } = org;
  const sweep = setInterval(() => store.dropExpired(), sweepMs).unref();
  const close = async () => {
    clearInterval(sweep);
    await closeServer(server);
    await writer?.flush();
  };
  let closed: Promise<void> | null = null;
  return {
    url: org.url(),
    issuer: `${org.url()}/oauth2/default`,
    seeded: seededCredentials(org.keys),
    outbox: {
      all: () => [...store.mails],
      to: (email) => store.mails.filter((mail) => mail.to.toLowerCase() === email.toLowerCase()),
      clear: () => {
        store.mails.length = 0;
      },
    },
    requests: { all: () => requests.all(), clear: () => requests.clear() },
    fail: (rule) => faults.add(rule),
    async rotateKeys() {
      await org.keys.rotate();
      org.changed();
    },
    retireOldKeys() {
      org.keys.retireOld();
      org.changed();
    },
    setStatus: (login, status) => setStatus(org, login, status),
    async reset() {
      store.clear();
      applySeed(store, seed);
      requests.clear();
      faults.clear();
      org.limits.clear();
      org.changed();
    },
    close() {
      closed ??= close();
      return closed;
    },
  };
}

function setStatus(org: Org, login: string, status: NonNullable<SeedUser['status']>): void {
  const user = findUser(org.store, login);
  if (user === null) throw new Error('The embedded Okta org has no user of this login.');
  user.status = status;
  user.statusChanged = org.now();
  user.lastUpdated = org.now();
  user.failedAttempts = status === 'LOCKED_OUT' ? org.store.passwordPolicy.lockoutMaxAttempts : 0;
  if (status === 'DEPROVISIONED') {
    endSessionsOfUser(org.store, user.id);
    revokeGrantsOfUser(org.store, user.id);
  }
  org.changed();
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeAllConnections();
  });
}
