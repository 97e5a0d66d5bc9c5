import type { CallContext } from '../identity/model.ts';
import type { Log } from '../logging/log.ts';
import type { Findings } from './findings.ts';
import type { Notices } from './notices.ts';
import type { OrgCheck } from './org-checks.ts';

export interface OrgWatch {
  /**
   * Runs the checks in the background: at once, repeatedly while something is wrong, and again when
   * the credentials change.
   */
  start(): void;
  /** Stops the checks. Resolves when the last one has ended. */
  close(): Promise<void>;
}

interface Options {
  readonly checks: readonly OrgCheck[];
  /** Returns the same object until the credentials are replaced. */
  readonly credentials: () => object;
  readonly findings: Findings;
  readonly notices: Notices;
  readonly log: Log;
  /** Describes an error in fields of a log line. */
  readonly failureOf: (error: unknown) => object;
  readonly everyMs: number;
  /** Time limit of one check. */
  readonly timeoutMs: number;
}

export function createOrgWatch(options: Options): OrgWatch {
  const { credentials, everyMs } = options;
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let checking: Promise<void> = Promise.resolve();
  let checked: object | null = null;
  let isRight = false;

  async function checkAgain(): Promise<void> {
    const current = credentials();
    if (!isRight || checked !== current) {
      isRight = await runChecks(options, stop.signal);
      checked = current;
    }
    if (stop.signal.aborted) return;
    timer = setTimeout(begin, everyMs).unref();
  }
  const begin = () => {
    checking = checkAgain();
  };

  return {
    start: begin,
    async close() {
      stop.abort();
      clearTimeout(timer);
      await checking;
    },
  };
}

const unreachable = 'Okta cannot be reached, so the settings are not checked yet.';
const right = 'The issuer, the credentials and their permissions are checked at Okta.';

/** @returns true when everything is right; false also when Okta could not be reached */
async function runChecks(options: Options, stopped: AbortSignal): Promise<boolean> {
  const { checks, findings, notices, log, failureOf } = options;
  let failure: unknown = null;
  let found = 0;
  for (const check of checks) {
    try {
      const signal = AbortSignal.any([stopped, AbortSignal.timeout(options.timeoutMs)]);
      const all = await check.run(contextOf(signal));
      found += all.length;
      await findings.put(check.code, all);
    } catch (error) {
      failure ??= error;
    }
    if (stopped.aborted) return false;
  }
  const isReached = failure === null;
  if (!isReached && (await notices.post(unreachable))) {
    log.warn({ event: 'setup_unchecked', ...failureOf(failure) }, unreachable);
  }
  if (isReached) await notices.withdraw(unreachable);
  // No check looks for missing scopes. The access token that the checks use shows them.
  const isRight = isReached && found === 0 && findings.misconfigured().length === 0;
  if (!isRight) await notices.withdraw(right);
  else if (await notices.post(right)) {
    log.info({ event: 'setup_checked', checks: checks.map(({ code }) => code) }, right);
  }
  return isRight;
}

function contextOf(signal: AbortSignal): CallContext {
  return { requestId: 'org-check', signal, shopper: null };
}
