/**
 * The name of every kind of log line. Operators search for these, and alerts match them: a name stays
 * as it is. `docs/log-events.md` says what each means and what to do.
 */
export const logEvents = [
  'started',
  'stopped',
  'process_failed',
  'file_limit_low',
  'worker_ended',
  'worker_replaced',
  'worker_start_failed',
  'secrets_replaced',
  'secrets_rejected',
  'restart_needed',

  'request',
  'background',
  'audit',
  'internal_error',
  'response_failed',
  'request_log_failed',
  'accept_failed',
  'dropped_headers',

  'circuit_open',
  'circuit_closed',
  'dpop_on',
  'dpop_off',
  'keys_unavailable',
  'system_log_unreadable',
  'system_log_restored',
  'mails_refused',
  'mails_accepted',

  'setup_checked',
  'setup_unchecked',
  'setup_finding',
  'setup_finding_resolved',

  'redis_unavailable',
  'redis_restored',
  'shared_events_lost',
  'shared_events_restored',
  'event_publishing_lost',
  'event_publishing_restored',
  'shared_limits_lost',
  'shared_limits_restored',
  'shared_refreshes_lost',
  'shared_refreshes_restored',
  'shared_attempts_lost',
  'shared_attempts_restored',
] as const;

export type LogEvent = (typeof logEvents)[number];

/** The members of a log line besides time, level and `msg`, which is one plain sentence. */
export interface LogLine {
  readonly event: LogEvent;
  readonly [member: string]: unknown;
}

type Level = 'debug' | 'info' | 'warn' | 'error' | 'fatal';
type Writers<Line> = Readonly<Record<Level, (line: Line, msg: string) => void>>;

/** The log of the API. No line is written without the name of its event. */
export interface Log extends Writers<LogLine> {
  /** Of the least severe lines that are written; `silent`: none. */
  readonly level: string;
  /** A log for lines that all have these members. */
  child(line: LogLine, options?: { readonly level: string }): Writers<object>;
}
