import type { RedisConnection } from '../../src/redis/client.ts';

/** A connection whose faults come at a moment that no server can be brought to. */
export function fakeConnection(work: () => Promise<unknown> = async () => null) {
  const listeners: (() => void)[] = [];
  const connection: RedisConnection = {
    keyPrefix: '',
    eval: work,
    evalReplicated: work,
    xread: work,
    mget: async () => [],
    async connect() {},
    failure: () => null,
    canFailOver: () => true,
    onRestored: (listener) => void listeners.push(listener),
    disconnect() {},
  };
  const restore = () => {
    for (const listener of listeners) listener();
  };
  return { connection, restore };
}
