import type { Finding } from '../../doctor/check.ts';
import { type Examined, needsAdminToken } from '../../doctor/examine.ts';
import { findingsOf, type Verdict, verdictOf } from '../../doctor/verdict.ts';
import { wrap } from '../command-line/wrap.ts';

const marks: Readonly<Record<Verdict, string>> = {
  ok: '[ok]',
  note: '[i] ',
  warning: '[!] ',
  error: '[x] ',
  'not looked': '[?] ',
};

/** The org, a line for each area, the findings, what could not be looked at, and a summary. */
export function reportText(org: string, examined: readonly Examined[]): string {
  return [
    `Okta org: ${org}`,
    areasText(examined),
    ...sorted(findingsOf(examined)).map(findingText),
    ...notLookedText(examined),
    sumText(examined),
  ].join('\n\n');
}

function areasText(examined: readonly Examined[]): string {
  const areas = [...new Set(examined.map(({ check }) => check.area))];
  return areas
    .map((area) => {
      const own = examined.filter(({ check }) => check.area === area);
      const codes = [...new Set(findingsOf(own).map(({ code }) => code))];
      const left = own.filter(({ notLooked }) => notLooked !== null).length;
      const details = [
        ...codes,
        ...(left > 0 ? [`${left} of ${own.length} checks not looked at`] : []),
      ];
      return `${marks[verdictOf(own)]} ${area.padEnd(26)}${details.join(', ')}`.trimEnd();
    })
    .join('\n');
}

const ranks = ['error', 'warning', 'note'];

/** The worst first; the others in the order of the checks. */
function sorted(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((a, b) => ranks.indexOf(a.severity) - ranks.indexOf(b.severity));
}

function findingText(finding: Finding): string {
  const { code, severity, message, seen, oktaSays, fix, call } = finding;
  return [
    wrap(message, `${marks[severity]} ${code} `),
    wrap(seen, '     Effect:    '),
    ...(oktaSays === null ? [] : [wrap(oktaSays, '     Okta says: ')]),
    wrap(fix, '     Fix:       '),
    ...(call === null ? [] : [wrap(call, '     API call:  ')]),
  ].join('\n');
}

/** Checks that lack the same thing share an entry. */
function notLookedText(examined: readonly Examined[]): readonly string[] {
  const byReason = new Map<string, string[]>();
  for (const { check, notLooked } of examined) {
    if (notLooked === null || isWithoutToken(notLooked)) continue;
    byReason.set(notLooked, [...(byReason.get(notLooked) ?? []), check.code]);
  }
  const entries = [...byReason].map(([reason, codes]) =>
    wrap(`${codes.join(', ')}: ${reason}`, '     '),
  );
  entries.push(...withoutTokenText(examined));
  if (entries.length === 0) return [];
  return [['[?]  Not looked:', ...entries].join('\n')];
}

function isWithoutToken(reason: string | null): boolean {
  return reason?.startsWith(needsAdminToken) === true;
}

/** The same advice for all checks that need an admin token. */
function withoutTokenText(examined: readonly Examined[]): readonly string[] {
  const checks = examined
    .filter(({ notLooked }) => isWithoutToken(notLooked))
    .map(({ check }) => check);
  if (checks.length === 0) return [];
  const codes = checks.map(({ code }) => code).join(', ');
  const scopes = [...new Set(checks.flatMap(({ needs }) => needs))].join(', ');
  return [
    wrap(
      `${codes}: ${needsAdminToken}. Set it for one run: the API token of a read-only administrator, or an access token with ${scopes}.`,
      '     ',
    ),
  ];
}

function sumText(examined: readonly Examined[]): string {
  const findings = findingsOf(examined);
  const count = (severity: Finding['severity'], word: string) => {
    const n = findings.filter((finding) => finding.severity === severity).length;
    return `${n} ${word}${n === 1 ? '' : 's'}`;
  };
  const looked = examined.filter(({ notLooked }) => notLooked === null).length;
  const sum = `${count('error', 'error')}, ${count('warning', 'warning')}, ${count('note', 'note')}; looked at ${looked} of ${examined.length} checks.`;
  return `${sum}\ndocs/doctor.md describes each code.`;
}
