import type { OktaConfig } from '../../config.ts';
import { createUpstream, type Upstream } from '../http/admission.ts';
import { createHttp } from '../http/client.ts';
import type { ManagementReads } from '../management/read.ts';
import type { OktaCallRecord } from '../wire/call-record.ts';
import { createTakeDelivery, type TakeDelivery } from './hook.ts';
import { createEventIntake, type EventIntake, type Publish } from './intake.ts';
import { createLogPages } from './log-pages.ts';
import {
  createSystemLogPoller,
  type SystemLogPoller,
  type SystemLogPollerOptions,
} from './system-log-poller.ts';

/** Events from Okta: event hooks are fast, and the System Log misses nothing. */
export interface OktaEvents {
  readonly takeDelivery: TakeDelivery;
  /** Null when it is not polled. */
  readonly systemLog: SystemLogPoller | null;
  readonly stats: EventIntake['stats'];
  /** Resolves when the running poll has ended. */
  close(): Promise<void>;
}

interface Options
  extends Pick<SystemLogPollerOptions, 'isLeader' | 'completeUntil' | 'notice' | 'now'> {
  readonly publish: Publish;
  /** Interval between polls of the System Log; 0 turns polling off. */
  readonly logPollSeconds: number;
  readonly observe: (call: OktaCallRecord) => void;
  /** Default: one of its own. */
  readonly upstream?: Upstream;
  readonly dpop?: ManagementReads['dpop'];
}

/** For one page of the System Log. Okta itself gives up after 30 seconds. */
export const logTimeoutMs = 10_000;
/** A thousand events of up to 8 kB. */
const maxLogBytes = 8 * 1024 * 1024;

/** @throws TypeError for a private key that cannot be used */
export function createOktaEvents(config: OktaConfig, options: Options): OktaEvents {
  const { publish, logPollSeconds, now, observe } = options;
  const intake = createEventIntake({ publish, now });
  const takeDelivery = createTakeDelivery(intake);
  const { stats } = intake;
  if (logPollSeconds === 0) {
    return { takeDelivery, systemLog: null, stats, close: async () => undefined };
  }

  const upstream = options.upstream ?? createUpstream({ now });
  // Separate connections, since a page of events is larger and slower than the calls of customers.
  const http = createHttp({
    callTimeoutMs: logTimeoutMs,
    maxResponseBytes: maxLogBytes,
    now,
    observe,
    upstream,
  });
  const pages = createLogPages(config, { http, now, dpop: options.dpop });
  const everyMs = logPollSeconds * 1000;
  const spacingMs = () => upstream.spacingMs('logs/list');
  const systemLog = createSystemLogPoller({ ...options, pages, intake, everyMs, spacingMs });
  return {
    takeDelivery,
    systemLog,
    stats,
    async close() {
      await systemLog.close();
      await http.close();
    },
  };
}
