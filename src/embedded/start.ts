import type { Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { createApp } from './app.ts';
import { eventHandles } from './events/event-handles.ts';
import { createOrgEvents } from './events/org-events.ts';
import { phonesOf } from './factors/push.ts';
import type { EmbeddedOkta, EmbeddedOktaOptions } from './handle.ts';
import { createFaults } from './http/faults.ts';
import { listen } from './http/listen.ts';
import { createRateLimits, defaultRateLimits } from './http/rate-limits.ts';
import { createRequestLog } from './http/request-log.ts';
import { issuerOf, type Org } from './org.ts';
import {
  applySeed,
  applySettings,
  type PreparedSeed,
  prepareSeed,
  restoreCustomer,
  seededCredentials,
} from './seed.ts';
import { defaultServerId } from './settings/default-org.ts';
import { createKeys, type GenerateRsaKey, generateRsaKey, type Keys } from './store/keys.ts';
import {
  brokenSnapshot,
  createSnapshotWriter,
  readSnapshot,
  restoreSnapshot,
  type Snapshot,
  type SnapshotWriter,
} from './store/snapshot.ts';
import { lockSnapshot } from './store/snapshot-lock.ts';
import { createStore, type Store } from './store/store.ts';
import { setStatus } from './users/set-status.ts';

const loopback = '127.0.0.1';
const defaultPerUsername = 4;
const sweepMs = 60_000;

/**
 * An Okta org on this machine's loopback address, unless `host` says otherwise.
 * @throws when the port is taken, or the snapshot file is broken or in use by another org
 */
export async function startEmbeddedOkta(options: EmbeddedOktaOptions = {}): Promise<EmbeddedOkta> {
  const file = options.snapshotFile ?? null;
  if (file === null) return start(options, { file, unlock: async () => {} });
  const unlock = await lockSnapshot(file);
  try {
    return await start(options, { file, unlock });
  } catch (error) {
    await unlock();
    throw error;
  }
}

interface SnapshotFile {
  /** Null when nothing is stored. */
  readonly file: string | null;
  readonly unlock: () => Promise<void>;
}

async function start(
  options: EmbeddedOktaOptions,
  { file, unlock }: SnapshotFile,
): Promise<EmbeddedOkta> {
  const now = options.now ?? Date.now;
  const { snapshot, keys } = await restoreFrom(file, options.generateRsaKey ?? generateRsaKey);
  const [seed] = await Promise.all([
    prepareSeed(options.seed ?? {}, { keys, now: now(), empty: options.empty ?? false }),
    // Not on first use, since verifiers would wait for them, and they only wait for seconds.
    keys.signing(defaultServerId),
  ]);
  const store = fillStore(createStore(now), seed, snapshot);
  const writer =
    file === null
      ? null
      : createSnapshotWriter(file, { store, keys, notice: options.onSaving ?? (() => undefined) });
  const address = { url: '' };
  const url = () => address.url;
  const seeded = seededCredentials(keys);
  const org: Org = {
    store,
    now,
    url,
    engine: options.engine ?? 'identity',
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
    ...createOrgEvents({ url, now, hookTimeoutMs: options.hookTimeoutMs }),
    apiToken: seeded.apiToken,
    customer: seeded.customer,
    graphiqlUrl: null,
    observe: options.observe ?? null,
    changed: () => writer?.schedule(),
  };
  const server = await serve(org, options);
  address.url = urlOf(server);
  writer?.schedule();
  return handleOf(org, { server, seed, writer, unlock });
}

function serve(
  org: Org,
  { port = 0, host = loopback }: Pick<EmbeddedOktaOptions, 'port' | 'host'>,
): Promise<Server> {
  // The API may run in the same process, so its Request and Response must stay Node's own.
  const listener = getRequestListener(createApp(org).fetch, {
    hostname: loopback,
    overrideGlobalObjects: false,
  });
  return listen((request, response) => void listener(request, response), { port, host });
}

/** Fills a new store with the snapshot, or with the seed if there is none. */
function fillStore(store: Store, seed: PreparedSeed, snapshot: Snapshot | null): Store {
  if (snapshot === null) {
    applySeed(store, seed);
    return store;
  }
  applySettings(store, seed, snapshot.resources ?? null);
  restoreSnapshot(store, snapshot);
  restoreCustomer(store, seed);
  return store;
}

/** Without a file, or before its first write: no snapshot, and new keys. */
async function restoreFrom(
  file: string | null,
  generate: GenerateRsaKey,
): Promise<{ readonly snapshot: Snapshot | null; readonly keys: Keys }> {
  const snapshot = file === null ? null : await readSnapshot(file);
  if (file === null || snapshot === null) {
    return { snapshot: null, keys: await createKeys(null, generate) };
  }
  const keys = await createKeys(snapshot.keys, generate).catch(() => {
    throw brokenSnapshot(file);
  });
  return { snapshot, keys };
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No TCP address.');
  return `http://${loopback}:${address.port}`;
}

interface Parts {
  readonly server: Server;
  readonly seed: PreparedSeed;
  readonly writer: SnapshotWriter | null;
  readonly unlock: () => Promise<void>;
}

function handleOf(org: Org, { server, seed, writer, unlock }: Parts): EmbeddedOkta {
  const { store, requests } = org;
  const sweep = setInterval(() => store.dropExpired(), sweepMs).unref();
  const close = async () => {
    clearInterval(sweep);
    await org.hooks.close();
    await closeServer(server);
    org.origins.close();
    // A lock that is left behind does not outlive this process.
    await writer?.close().finally(() => unlock().catch(() => {}));
  };
  let closed: Promise<void> | null = null;
  return {
    url: org.url(),
    issuer: issuerOf(org, defaultServerId),
    seeded: seededCredentials(org.keys),
    outbox: {
      all: () => [...store.mails],
      to: (email) => store.mails.filter((mail) => mail.to.toLowerCase() === email.toLowerCase()),
      clear: () => {
        store.mails.length = 0;
      },
    },
    push: phonesOf(org),
    ...eventHandles(org),
    requests: { all: () => requests.all(), clear: () => requests.clear() },
    fail: (rule) => org.faults.add(rule),
    async rotateKeys() {
      await org.keys.rotate();
      org.changed();
    },
    retireOldKeys() {
      org.keys.retireOld();
      org.changed();
    },
    setStatus: (login, status) => setStatus(org, login, status),
    linkGraphiql(url) {
      org.graphiqlUrl = url;
    },
    reset: async () => reset(org, seed),
    close() {
      closed ??= close();
      return closed;
    },
  };
}

function reset(org: Org, seed: PreparedSeed): void {
  org.store.clear();
  applySeed(org.store, seed);
  org.requests.clear();
  org.events.clear();
  org.hooks.reset();
  org.faults.clear();
  org.limits.clear();
  org.changed();
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeAllConnections();
  });
}
