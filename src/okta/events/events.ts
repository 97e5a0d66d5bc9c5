import type { OktaConfig } from '../../config.ts';
import { createUpstream, type Upstream } from '../http/admission.ts';
import { createHttp } from '../http/client.ts';
import type { ManagementReads } from '../management/read.ts';
import type { OktaCallRecord } from '../wire/call-record.ts';
import { createTakeDelivery, type TakeDelivery } from './hook.ts';
import { createEventIntake, type EventIntake, type Publish } from './intake.ts';
import { createLogPages } from './log-pages.ts';
import { createSystemLog, type SystemLog, type SystemLogOptions } from './poller.ts';

/** Events from Okta: by event hooks at once, and reliably by its System Log. */
export interface OktaEvents {
  readonly takeDelivery: TakeDelivery;
  /** Null: it is not polled. */
  readonly systemLog: SystemLog | null;
  readonly stats: EventIntake['stats'];
  /** Resolves when nothing is under way. */
  close(): Promise<void>;
}

interface Options
  extends Pick<SystemLogOptions, 'shouldPoll' | 'completeUntil' | 'notice' | 'now'> {
  readonly publish: Publish;
  /** From one look into the System Log to the next; 0: none. */
  readonly logPollSeconds: number;
  readonly observe: (call: OktaCallRecord) => void;
  /** Default: one of its own. */
  readonly upstream?: Upstream;
  readonly dpop?: ManagementReads['dpop'];
}

/** Of one page of the System Log. Okta itself gives up after 30. */
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
  // Its own: a page of events is larger and slower than what customers wait for.
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
  const systemLog = createSystemLog({ ...options, pages, intake, everyMs, spacingMs });
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
