import { concerns, type Judged, type ModelEvent, type ModelToken } from './rule.ts';

/** Mistakes that a server could make; the model has to notice each. */
export interface ServerFaults {
  /** The stamp of an answer is read when it is sent, not when its request arrived. */
  readonly stampsLate?: boolean;
  readonly stampsOneTooHigh?: boolean;
  /** An event of its own gets an id before the others have given it a position. */
  readonly numbersNear?: boolean;
  /** A resumed stream leaves out what happened meanwhile. */
  readonly resumesWithHole?: boolean;
}

/** One process of the API. */
export interface Server {
  readonly isForeign: boolean;
  /** Number of events of its epoch that it has applied. */
  applied: number;
  /** What it did itself, before that has a position. */
  readonly near: Set<ModelEvent>;
  isCutOff: boolean;
}

/** The truth: what has happened, in order, and who of the servers knows of it. */
export class Servers {
  epoch = 'e0';
  #epochs = 0;
  /** Of the present epoch; the one at index n has the position n + 1. */
  log: ModelEvent[] = [];
  /** Events up to here cannot be replayed any more. */
  trimmed = 0;
  /** Tokens that were ended at any time, by name. */
  readonly ended = new Set<string>();
  /** Those of them that every server knows of since the last restart. */
  #endedBefore: ReadonlySet<string> = new Set();
  /** What has happened at a server, and has no position yet. */
  #uncommitted: ModelEvent[] = [];
  /** All that ever happened at a server before it had a position. */
  readonly nearEvents: ModelEvent[] = [];
  readonly all: readonly Server[];
  readonly faults: ServerFaults;

  constructor(faults: ServerFaults) {
    this.faults = faults;
    const server = (isForeign: boolean): Server => ({
      isForeign,
      applied: 0,
      near: new Set(),
      isCutOff: false,
    });
    this.all = [server(false), server(false), server(true)];
  }

  epochOf({ isForeign }: Server): string {
    return isForeign ? 'foreign' : this.epoch;
  }

  /** A position of the stream that the server belongs to. */
  positionOf(server: Server, applied = server.applied): string {
    return `${this.epochOf(server)}.1000-${applied}`;
  }

  happen(event: ModelEvent, tokens: readonly ModelToken[]): void {
    for (const token of tokens)
      if (event.ends && concerns(event, token)) this.ended.add(token.name);
  }

  /** An event of a server is waiting for its position. */
  await(event: ModelEvent): void {
    this.#uncommitted.push(event);
    this.nearEvents.push(event);
  }

  /** The oldest of those that wait gets its position. */
  commit(): void {
    const event = this.#uncommitted.shift();
    if (event !== undefined) this.log.push(event);
  }

  commitAll(): void {
    this.log.push(...this.#uncommitted.splice(0));
  }

  /** @returns the event that the server applies next; undefined where there is none */
  advance(server: Server): ModelEvent | undefined {
    if (server.isForeign || server.isCutOff) return undefined;
    const event = this.log[server.applied];
    if (event === undefined) return undefined;
    server.applied += 1;
    server.near.delete(event);
    return event;
  }

  /** The shared log is gone; what was in it is known to every server. */
  restart(): void {
    this.#epochs += 1;
    this.epoch = `e${this.#epochs}`;
    this.log = [];
    this.trimmed = 0;
    this.#uncommitted = [];
    this.#endedBefore = new Set(this.ended);
    for (const server of this.all) {
      if (server.isForeign) continue;
      server.applied = 0;
      server.near.clear();
      server.isCutOff = false;
    }
  }

  judgedBy(server: Server, askedOkta: boolean): Judged {
    const { applied } = server;
    return { epoch: this.epochOf(server), applied, near: new Set(server.near), askedOkta };
  }

  /** Whether the server takes the token for good. */
  isActive(token: ModelToken, server: Server, askedOkta: boolean): boolean {
    if (askedOkta) return !this.ended.has(token.name);
    if (server.isForeign) return true;
    if (this.#endedBefore.has(token.name)) return false;
    const known = [...this.log.slice(0, server.applied), ...server.near];
    return !known.some((event) => event.ends && concerns(event, token));
  }
}
