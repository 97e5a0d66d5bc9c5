import type { Log } from '../logging/log.ts';
import type { Finding, FindingCode } from './finding.ts';
import type { Notices } from './notices.ts';

/** The findings that hold at the moment. */
export interface Findings {
  /** Replaces the findings of one source. Logs those that are new and those that no longer hold. */
  put(source: string, findings: readonly Finding[]): Promise<void>;
  /** The codes of all findings with severity MISCONFIGURED, without duplicates. */
  misconfigured(): readonly FindingCode[];
}

const levels = { MISCONFIGURED: 'error', DOUBTFUL: 'warn', NOTE: 'info' } as const;

export function createFindings({
  log,
  notices,
}: {
  readonly log: Log;
  readonly notices: Notices;
}): Findings {
  const bySource = new Map<string, readonly Finding[]>();
  const messages = (findings: readonly Finding[]) => findings.map(({ message }) => message);
  return {
    async put(source, findings) {
      const before = bySource.get(source) ?? [];
      bySource.set(source, findings);
      for (const { code, severity, message, fix, details } of findings) {
        if (messages(before).includes(message) || !(await notices.post(message))) continue;
        log[levels[severity]]({ event: 'setup_finding', check: code, fix, ...details }, message);
      }
      for (const { code, message } of before) {
        if (messages(findings).includes(message) || !(await notices.withdraw(message))) continue;
        log.info({ event: 'setup_finding_resolved', check: code }, `Resolved: ${message}`);
      }
    },
    misconfigured() {
      const all = [...bySource.values()].flat();
      const wrong = all.filter(({ severity }) => severity === 'MISCONFIGURED');
      return [...new Set(wrong.map(({ code }) => code))];
    },
  };
}
