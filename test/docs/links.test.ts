import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const listed = ['ls-files', '--cached', '--others', '--exclude-standard', '--', '*.md'];
const pages = execFileSync('git', listed, { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((path) => path !== '' && existsSync(new URL(path, root)));

/** Fences hold examples, whose brackets are no links and whose `#` is no heading. */
const proseOf = (page: URL) => readFileSync(page, 'utf8').replaceAll(/^```[\s\S]*?^```$/gm, '');

/** As GitHub makes them: lower case, no punctuation, a hyphen for each blank, a number for repeats. */
function anchorsOf(page: URL): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of proseOf(page).matchAll(/^#{1,6} (.+)$/gm)) {
    const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const slug = text.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-');
    let anchor = slug;
    for (let repeat = 1; anchors.has(anchor); repeat += 1) anchor = `${slug}-${repeat}`;
    anchors.add(anchor);
  }
  return anchors;
}

function brokenLinks(path: string): readonly string[] {
  const page = new URL(path, root);
  const prose = proseOf(page).replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, ' '));
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [, file = '', anchor] = /^([^#]*)(?:#(.*))?$/.exec(link) ?? [];
      const target = file === '' ? page : new URL(file, page);
      if (!existsSync(target)) return true;
      if (anchor === undefined) return false;
      return statSync(target).isDirectory() || !anchorsOf(target).has(anchor);
    })
    .map((link) => `${path}: ${link}`);
}

test('every relative link between pages leads to a file, and to a heading where it names one', () => {
  expect(pages).toContain('docs/README.md');
  expect(pages.flatMap(brokenLinks)).toEqual([]);
});

test('every page in docs is in its index', () => {
  const index = readFileSync(new URL('docs/README.md', root), 'utf8');
  const missing = pages
    .filter((path) => /^docs\/[^/]+\.md$/.test(path) && path !== 'docs/README.md')
    .filter((path) => !index.includes(`](${path.slice('docs/'.length)})`));
  expect(missing).toEqual([]);
});

test('every source file that a page names exists', () => {
  const missing = pages.flatMap((path) => {
    const text = readFileSync(new URL(path, root), 'utf8');
    const named = [
      ...text.matchAll(/\b(?:src|test|deploy|schema)\/[\w/.-]+\.(?:ts|graphql|json|yaml|mjs)\b/g),
    ];
    const absent = named.filter(([file]) => !existsSync(new URL(file, root)));
    return absent.map(([file]) => `${path}: ${file}`);
  });
  expect(missing).toEqual([]);
});
