import type { Examined } from '../../doctor/examine.ts';
import { findingsOf, verdictOf } from '../../doctor/verdict.ts';

/** For scripts: its members are never renamed. */
export function reportJson(org: string, examined: readonly Examined[]): string {
  const report = {
    org,
    verdict: verdictOf(examined),
    checks: examined.map((one) => {
      const { code, area, title } = one.check;
      return { code, area, title, verdict: verdictOf([one]), notLooked: one.notLooked };
    }),
    findings: findingsOf(examined),
  };
  return JSON.stringify(report, null, 2);
}
