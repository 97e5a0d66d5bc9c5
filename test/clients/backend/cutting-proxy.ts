import { connect, createServer, type Socket } from 'node:net';
import { listenLocally } from '../../support/local-url.ts';

/** How the proxy treats connections: `hold` keeps them open and passes nothing on. */
export type Behaviour = 'pass' | 'refuse' | 'hold' | 'byte by byte';

export interface CuttingProxy {
  readonly url: string;
  behave(how: Behaviour): void;
  /** Ends the open connections, at the TCP level by a reset or a FIN. */
  cut(by: 'reset' | 'end'): void;
  /** Connections that were opened so far. */
  opened(): number;
  close(): Promise<void>;
}

/** A TCP proxy in front of servers of the API, each in turn, which does what networks do. */
export async function startCuttingProxy(...targets: readonly string[]): Promise<CuttingProxy> {
  const open = new Set<Socket>();
  let behaviour: Behaviour = 'pass';
  let opened = 0;
  const server = createServer((near) => {
    opened += 1;
    if (behaviour === 'refuse') {
      near.destroy();
      return;
    }
    const { hostname, port } = new URL(targets[opened % targets.length] ?? '');
    const far = connect(Number(port), hostname);
    const forward = (to: Socket) => (chunk: Buffer) => {
      if (behaviour === 'hold') return;
      if (behaviour === 'pass') to.write(chunk);
      else for (const byte of chunk) to.write(Uint8Array.of(byte));
    };
    near.on('data', forward(far));
    far.on('data', forward(near));
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.setNoDelay();
      one.on('error', () => undefined);
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  const url = await listenLocally(server);
  const cut: CuttingProxy['cut'] = (by) => {
    for (const socket of open) by === 'reset' ? socket.resetAndDestroy() : socket.end();
  };
  return {
    url,
    behave(how) {
      behaviour = how;
    },
    cut,
    opened: () => opened,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      cut('reset');
      await closed;
    },
  };
}
