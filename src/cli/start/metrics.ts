import type { Config } from '../../config.ts';
import type { Snapshot } from '../../metrics/snapshots.ts';

/**
 * Serves `/metrics` on a port of its own for as long as the API is served.
 * @param take of each process
 */
export async function withMetrics<Serving extends { stop(): Promise<void> }>(
  serving: Serving,
  at: Config['metrics'],
  take: () => Promise<readonly Snapshot[]>,
): Promise<Serving> {
  if (at === null) return serving;
  // Loaded on demand: the primary of several workers loads as little as possible.
  const { listenForMetrics } = await import('../../metrics/listen.ts');
  const { exposition } = await import('../../metrics/snapshots.ts');
  const server = await listenForMetrics(at, async () => exposition(await take()));
  return {
    ...serving,
    async stop() {
      await serving.stop();
      await server.close();
    },
  };
}
