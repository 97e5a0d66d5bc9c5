import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checks } from '../../src/doctor/checks.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const codes: readonly string[] = checks.map(({ code }) => code);

/** The rows of the page as the checks say them. */
function table(): string {
  const areas = [...new Set(checks.map(({ area }) => area))];
  const sections = areas.map((area) => {
    const rows = checks
      .filter((check) => check.area === area)
      .toSorted((a, b) => a.code.localeCompare(b.code))
      .map(({ code, title, needs, live }) => {
        const scopes = needs.map((scope) => `\`${scope}\``).join(', ');
        return `| \`${code}\` | ${title} | ${live === true ? '`--live`' : scopes} |`;
      });
    const heading = `### ${area.charAt(0).toUpperCase()}${area.slice(1)}`;
    return [heading, '', '| code | is right when | needs |', '|---|---|---|', ...rows].join('\n');
  });
  return sections.join('\n\n');
}

test('the page of the doctor has every check, as the code has it', () => {
  const [, , ...sections] = read('docs/doctor.md').split(/^(## The checks)$/m);
  const shown = sections.join('').replace(/^[\s\S]*?(?=^### )/m, '');
  expect(shown.trim()).toBe(table());
});

test('each code is used once', () => {
  expect(new Set(codes).size).toBe(codes.length);
  for (const { code, explainedBy = [] } of checks) {
    expect(codes, `explains ${code}`).toEqual(expect.arrayContaining([...explainedBy]));
    expect(explainedBy).not.toContain(code);
  }
});

test.each(['docs/troubleshooting.md', 'docs/log-events.md', 'docs/doctor.md'])(
  'every code that %s names is one of a check',
  (page) => {
    const named = [...read(page).matchAll(/\bD\d\d\b/g)].map(([code]) => code);
    expect(named.length).toBeGreaterThan(0);
    expect(codes).toEqual(expect.arrayContaining([...new Set(named)]));
  },
);
