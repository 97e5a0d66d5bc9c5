import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Package {
  readonly dev?: boolean;
  /** To a workspace of this repository, which is no part of the API. */
  readonly link?: boolean;
  readonly license?: string;
}
const lockfile = new URL('../../package-lock.json', import.meta.url);
const { packages } = JSON.parse(readFileSync(lockfile, 'utf8')) as {
  readonly packages: Readonly<Record<string, Package>>;
};

/** Open source (https://opensource.org/licenses), and without a duty for who runs the API as a service. */
const allowed = [
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'MPL-2.0',
  'Python-2.0',
  'Unlicense',
  '(MIT AND Zlib)',
  '(BSD-3-Clause OR GPL-2.0)',
];

test('every package that runs in production has a licence that lets anyone offer the API as a service', () => {
  const inProduction = Object.entries(packages).filter(
    ([path, { dev, link }]) => path.startsWith('node_modules/') && !dev && !link,
  );
  const others = inProduction
    .filter(([, { license }]) => license === undefined || !allowed.includes(license))
    .map(([path, { license = 'none' }]) => `${path}: ${license}`);
  expect(inProduction.length).toBeGreaterThan(100);
  expect(others).toEqual([]);
});
