import type {
  AskToken,
  StampedAnswer,
} from '../../../../src/clients/backend/api/verdict-answers.ts';
import { parsePosition } from '../../../../src/clients/backend/cache/position.ts';
import type { Outcome } from '../../../../src/clients/backend/questions.ts';
import type { Modules } from './modules.ts';
import {
  claimsOf,
  concerns,
  type Judged,
  type ModelCache,
  type ModelEvent,
  type ModelToken,
  type ModelVerdict,
  type Moment,
} from './rule.ts';
import { type Server, type ServerFaults, Servers } from './servers.ts';

export const maxStaleMs = 4_000;
export const silenceMs = 3_000;
/** As long as the cache promises to remember what it has heard. */
const rememberedMs = 60_000;

/** A question on its way. */
interface InFlight {
  readonly token: ModelToken;
  readonly asksOkta: boolean;
  readonly minimum: string | null;
  readonly settle: (answer: StampedAnswer) => void;
  readonly fail: () => void;
  /** Null until a server has judged it. */
  judged: Judged | null;
  isActive: boolean;
  readonly asked: Moment;
  stamp: string | null;
  server: Server | null;
}

interface Connection {
  readonly server: Server;
  /** Bytes on their way. */
  bytes: Uint8Array;
  readonly feed: (bytes: Uint8Array) => void;
}

const encoder = new TextEncoder();

/** A cache, the servers that it asks and hears, and all that may go wrong between them. */
export class World {
  readonly servers: Servers;
  readonly cache: ModelCache;
  readonly inFlight: InFlight[] = [];
  cuts = 0;
  elapsed = 0;
  wall = 1_000_000;
  /** When a frame was last heard that says that nothing is missing. */
  #heardAt = Number.NEGATIVE_INFINITY;
  /** Events of this epoch by when the cache had applied them. */
  #heard: { event: ModelEvent; at: number }[] = [];
  /** Events that were heard before they had a position. */
  readonly #nearHeard: ModelEvent[] = [];
  #anew = 0;
  #connection: Connection | null = null;
  readonly #questions: InstanceType<Modules['Questions']>;
  readonly #frames: InstanceType<Modules['FrameReader']>;
  readonly #modules: Modules;
  readonly #tokens: readonly ModelToken[];
  /** Answers that were used though they lack something; each is a fault. */
  readonly faults: string[] = [];

  constructor(modules: Modules, tokens: readonly ModelToken[], faults: ServerFaults) {
    this.#modules = modules;
    this.#tokens = tokens;
    this.servers = new Servers(faults);
    const clock = { now: () => this.wall, elapsed: () => this.elapsed };
    const options = { maxStaleMs, maxProfileMs: 60_000, maxVerdicts: 6, clock };
    this.cache = new modules.AccountCache(options) as ModelCache;
    this.#frames = new modules.FrameReader(this.cache);
    this.#questions = new modules.Questions({
      cache: this.cache,
      clock,
      ask: this.#ask,
      toVerdict: (answer, { digest, stamp, askedAt }) => {
        const { userId, sessionId, expiresAt } = answer;
        const judged = answer.claims['judged'] as Judged;
        const asked = answer.claims['asked'] as Moment;
        return { digest, userId, sessionId, expiresAt, stamp, askedAt, judged, asked };
      },
    });
  }

  get asked(): number {
    return this.#questions.asked;
  }

  /** As the package does for a request. @returns null: the answer is still to come */
  validate(token: ModelToken, isFresh = false): ModelVerdict | null {
    const kept = isFresh ? null : this.cache.verdict(token.name);
    if (kept !== null) return kept;
    if (!isFresh && this.cache.refusal(this.#modules.digestOf(token.name)) !== null) return null;
    void this.#questions.about(token.name, { isFresh }).then(
      (outcome) => this.#checkUsed(token, outcome as Outcome<ModelVerdict>),
      () => undefined,
    );
    return null;
  }

  readonly #ask: AskToken = ({ token: name, asksOkta, minimum, onSent }) => {
    onSent();
    const token = this.#tokens.find((one) => one.name === name);
    if (token === undefined) throw new Error('No token of the model.');
    return new Promise((settle, reject) => {
      this.inFlight.push({
        token,
        asksOkta,
        minimum: minimum?.text ?? null,
        settle,
        fail: () => reject(new this.#modules.AccountApiUnavailable('NETWORK')),
        judged: null,
        isActive: false,
        asked: { near: this.#nearHeard.length, anew: this.#anew },
        stamp: null,
        server: null,
      });
    });
  };

  /** A question arrives at a server, which judges at once; it may wait for the minimum before. */
  arrive(question: InFlight, server: Server, waits: boolean): void {
    const minimum = parsePosition(question.minimum);
    if (waits && minimum?.epoch === this.servers.epochOf(server)) {
      while (server.applied < minimum.minor && this.advance(server));
    }
    const { stampsOneTooHigh } = this.servers.faults;
    question.judged = this.servers.judgedBy(server, question.asksOkta);
    question.isActive = this.servers.isActive(question.token, server, question.asksOkta);
    question.server = server;
    question.stamp = this.servers.positionOf(server, server.applied + (stampsOneTooHigh ? 1 : 0));
  }

  deliver(question: InFlight): void {
    this.inFlight.splice(this.inFlight.indexOf(question), 1);
    const { token, judged, server } = question;
    if (judged === null || server === null) {
      question.fail();
      return;
    }
    const isLate = this.servers.faults.stampsLate && judged.epoch === this.servers.epochOf(server);
    const stamp = parsePosition(isLate ? this.servers.positionOf(server) : question.stamp);
    if (!question.isActive) {
      question.settle({ answer: { active: false, reason: 'REVOKED' }, stamp });
      return;
    }
    const { userId, sessionId } = token;
    question.settle({
      stamp,
      answer: {
        active: true,
        userId,
        sessionId,
        subject: 'login',
        clientId: 'app',
        scopes: [],
        expiresAt: this.wall + 100_000,
        checkedAt: this.wall,
        checkedBy: 'LOCAL',
        revocationLagSeconds: 0,
        claims: { judged, asked: question.asked },
      },
    });
  }

  /** The server applies one more event and sends it. */
  advance(server: Server): boolean {
    const event = this.servers.advance(server);
    if (event === undefined) return false;
    if (this.#connection?.server === server)
      this.#send(server, this.#frameOf(event, this.servers.positionOf(server)));
    return true;
  }

  /** Something happens at this server, before it has a position. */
  near(server: Server, event: ModelEvent): void {
    this.servers.happen(event, this.#tokens);
    server.near.add(event);
    this.servers.await(event);
    const id = this.servers.faults.numbersNear
      ? this.servers.positionOf(server, this.servers.log.length + 1)
      : null;
    this.#send(server, this.#frameOf(event, id));
  }

  publish(event: ModelEvent): void {
    this.servers.happen(event, this.#tokens);
    this.servers.log.push(event);
  }

  connect(server: Server): void {
    this.cut(0);
    const { cache } = this;
    const parser = new this.#modules.SseParser({
      onEvent: (frame) => {
        const before = cache.applied;
        this.#frames.read(frame);
        if (frame.event === 'message' && frame.id === null) this.#noteNear(frame.data);
        this.#noteHeard(frame.event, before?.epoch ?? null, before?.minor ?? 0);
      },
      onRetry: () => undefined,
    });
    this.#connection = { server, bytes: new Uint8Array(), feed: (bytes) => parser.feed(bytes) };
    const last = cache.applied;
    const { log, trimmed, faults } = this.servers;
    const isKnown = last !== null && last.epoch === this.servers.epochOf(server);
    const isResumed = isKnown && last.minor >= trimmed && last.minor <= server.applied;
    const position = isResumed ? last.text : this.servers.positionOf(server);
    const reach = server.isCutOff ? 'cut off' : 'all';
    this.#send(
      server,
      frame('hello', position, { position, resumed: isResumed, reach, heartbeatSeconds: 1 }),
    );
    if (!isResumed || server.isForeign) return;
    const first = faults.resumesWithHole ? last.minor + 1 : last.minor;
    for (let index = first; index < server.applied; index += 1) {
      const event = log[index];
      if (event !== undefined)
        this.#send(server, this.#frameOf(event, this.servers.positionOf(server, index + 1)));
    }
  }

  /** @param delivered share of the bytes on their way that still come */
  cut(delivered: number): void {
    if (this.#connection === null) return;
    this.deliverBytes(delivered);
    this.#connection = null;
    this.cuts += 1;
  }

  deliverBytes(share: number): void {
    if (this.#connection === null) return;
    const { bytes, feed } = this.#connection;
    const count = Math.floor(bytes.length * share);
    this.#connection.bytes = bytes.subarray(count);
    feed(bytes.subarray(0, count));
  }

  heartbeat(): void {
    const server = this.#connection?.server;
    if (server === undefined) return;
    const reach = server.isCutOff ? 'cut off' : 'all';
    this.#send(server, frame('heartbeat', this.servers.positionOf(server), { reach }));
  }

  gap(): void {
    const server = this.#connection?.server;
    if (server !== undefined) this.#send(server, frame('gap', this.servers.positionOf(server), {}));
  }

  /** The same event comes once more, as Okta's do. */
  repeat(): void {
    const server = this.#connection?.server;
    const event = this.servers.log[(server?.applied ?? 0) - 1];
    if (server === undefined || server.isForeign || event === undefined) return;
    this.#send(server, this.#frameOf(event, this.servers.positionOf(server)));
  }

  restart(): void {
    this.servers.restart();
    this.cut(0);
  }

  #frameOf(event: ModelEvent, id: string | null): string {
    return frame(null, id, claimsOf(event));
  }

  #send(server: Server, text: string): void {
    if (this.#connection?.server !== server) return;
    const { bytes } = this.#connection;
    const more = encoder.encode(text);
    const joined = new Uint8Array(bytes.length + more.length);
    joined.set(bytes);
    joined.set(more, bytes.length);
    this.#connection.bytes = joined;
  }

  #noteHeard(kind: string, epochBefore: string | null, before: number): void {
    const { applied } = this.cache;
    const { reach } = this.#frames.heard;
    if (reach !== 'cut off') this.#heardAt = this.elapsed;
    const isAnew =
      kind === 'gap' || applied?.epoch !== epochBefore || (applied?.minor ?? 0) < before;
    if (isAnew) {
      this.#heard = [];
      this.#anew += 1;
    }
    if (isAnew || kind === 'hello') return;
    if (applied === null || applied.epoch !== this.servers.epoch) return;
    for (const event of this.servers.log.slice(before, applied.minor)) {
      this.#heard.push({ event, at: this.elapsed });
    }
  }

  #noteNear(data: string): void {
    const event = this.servers.nearEvents.find((one) => JSON.stringify(claimsOf(one)) === data);
    if (event !== undefined) this.#nearHeard.push(event);
  }

  /** @returns what is wrong with an entry that may be used now; null where nothing is */
  checkEntry(token: ModelToken): string | null {
    const verdict = this.cache.verdict(token.name);
    if (verdict === null) return null;
    const trusted = Math.max(
      this.#heardAt + Math.max(silenceMs, maxStaleMs),
      verdict.askedAt + maxStaleMs,
    );
    if (this.elapsed >= trusted)
      return 'It is used though the stream has been silent for too long.';
    if (this.wall >= verdict.expiresAt) return 'It is used though it has expired.';
    return this.#missing(token, verdict);
  }

  /** An event that the cache has heard and that a judgement did not know of. */
  #missing(token: ModelToken, { judged, asked }: ModelVerdict): string | null {
    const { epoch, applied, near } = judged;
    const position = this.cache.applied;
    if (position === null) return null;
    if (epoch !== position.epoch) return 'It was judged in another epoch.';
    if (epoch !== this.servers.epoch) return null;
    const { log } = this.servers;
    const heard = [...log.slice(applied, position.minor), ...this.#nearHeard.slice(asked.near)];
    const missed = heard.filter(
      (event) =>
        concerns(event, token) && !near.has(event) && !log.slice(0, applied).includes(event),
    );
    return missed.length === 0 ? null : `It lacks ${JSON.stringify(missed)}.`;
  }

  #checkUsed(token: ModelToken, outcome: Outcome<ModelVerdict>): void {
    if (!outcome.active || this.cache.applied === null) return;
    const { judged, asked } = outcome.verdict;
    if (judged.epoch === this.cache.applied.epoch) {
      const fault = this.#missing(token, outcome.verdict);
      if (fault !== null) this.faults.push(`An answer was used. ${fault}`);
      return;
    }
    const isConcerned = this.#heard.some(
      ({ event, at }) => concerns(event, token) && at > this.elapsed - rememberedMs,
    );
    if (asked.anew !== this.#anew) {
      this.faults.push('An answer of another epoch was used though the stream began anew since.');
    }
    if (isConcerned && !judged.askedOkta) {
      this.faults.push('An answer of another epoch was used without asking Okta.');
    }
  }
}

function frame(event: string | null, id: string | null, data: object): string {
  const lines = [event && `event: ${event}`, id && `id: ${id}`, `data: ${JSON.stringify(data)}`];
  return `${lines.filter(Boolean).join('\n')}\n\n`;
}
