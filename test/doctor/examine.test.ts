import { beforeAll, expect, test } from 'vitest';
import { type Check, defineCheck, type Problem } from '../../src/doctor/check.ts';
import { checks } from '../../src/doctor/checks.ts';
import { exitCodeOf } from '../../src/doctor/verdict.ts';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { startOkta } from '../embedded/start.ts';
import { examineOn } from './examine.ts';

let org: EmbeddedOkta;
beforeAll(async () => {
  org = await startOkta();
});

const error: Problem = {
  severity: 'error',
  message: 'Wrong.',
  seen: 'Nothing works.',
  oktaSays: null,
  fix: 'Mend it.',
  call: null,
};
const about = { area: 'events', title: 'Test', needs: [] } as const;
const wrong = defineCheck({ ...about, code: 'D90' }, async () => [error]);
const failing = defineCheck({ ...about, code: 'D91' }, async () => {
  throw new TypeError('Unexpected token in a-secret');
});
const consequence = defineCheck({ ...about, code: 'D92', explainedBy: ['D90'] }, async () => [
  error,
]);
const fine = defineCheck({ ...about, code: 'D93' }, async () => []);

const outcomes = async (which: readonly Check[]) =>
  (await examineOn(org, {}, which)).map(({ check, findings, notLooked }) => [
    check.code,
    findings.length,
    notLooked,
  ]);

test('a check that fails ends no other, and its text is not shown', async () => {
  expect(await outcomes([failing, wrong, fine])).toEqual([
    ['D91', 0, 'fails with TypeError'],
    ['D90', 1, null],
    ['D93', 0, null],
  ]);
});

test('an error that follows from another one is left out, wherever it stands', async () => {
  expect(await outcomes([consequence, wrong])).toEqual([
    ['D92', 0, 'fix the errors above first'],
    ['D90', 1, null],
  ]);
  expect(await outcomes([consequence, fine])).toEqual([
    ['D92', 1, null],
    ['D93', 0, null],
  ]);
});

test('the exit code is that of the worst', async () => {
  const codeOf = async (...which: Check[]) => exitCodeOf(await examineOn(org, {}, which));
  expect(await codeOf(fine, failing)).toBe(0);
  expect(await codeOf(fine, failing, wrong)).toBe(1);
  expect(await codeOf(failing)).toBe(2);
});

test('all checks ask for each object of the org once', async () => {
  org.requests.clear();
  await examineOn(org);
  const admin = `SSWS ${org.seeded.apiToken}`;
  const asked = org.requests
    .all()
    .filter(({ headers }) => headers['authorization'] === admin)
    .map(({ method, path, query }) => `${method} ${path}${query}`);
  expect(asked.length).toBeGreaterThan(5);
  expect(new Set(asked).size).toBe(asked.length);
  expect(asked.filter((call) => !call.startsWith('GET '))).toEqual([]);
});

test('a check without its right says which one it needs, and the others go on', async () => {
  const challenge = 'Bearer error="insufficient_scope", scope="okta.apps.read"';
  const undo = org.fail({
    path: '/api/v1/apps',
    fault: { kind: 'answer', status: 403, headers: { 'www-authenticate': challenge } },
  });
  const examined = await examineOn(org);
  undo();
  const left = examined.filter(({ notLooked }) => notLooked !== null);
  expect(new Set(left.map(({ notLooked }) => notLooked))).toEqual(
    new Set(['needs okta.apps.read']),
  );
  expect(left.map(({ check }) => check.code)).toEqual(expect.arrayContaining(['D08', 'D16']));
  expect(left.length).toBeLessThan(checks.length / 2);
});

test('without an admin token the checks of the settings alone look', async () => {
  const examined = await examineOn(org, { adminToken: null });
  for (const { check, findings, notLooked } of examined) {
    expect(findings).toEqual([]);
    if (check.needs.length === 0) expect(notLooked, check.code).toBeNull();
    else expect(notLooked).toBe(`needs OKTA_ADMIN_TOKEN with ${check.needs.join(', ')}`);
  }
});
