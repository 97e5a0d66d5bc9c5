import { expect, test } from 'vitest';
import { chooseChecks } from '../../src/cli/doctor/choose-checks.ts';
import { checks } from '../../src/doctor/checks.ts';

const chosen = (only: string | null, skip: string | null, live = false) =>
  chooseChecks(checks, { only, skip, live }).map(({ code }) => code);

test('codes are taken in any case, with spaces and with a comma too many', () => {
  expect(chosen(' d18, D20,', 'D20')).toEqual(['D18']);
});

test.each([
  ['a code that no check has', 'D99', null, 'There is no check D99.'],
  ['a check that is left out again', 'D18', 'd18', 'leave no check to run'],
  ['no code', ',', null, 'leave no check to run'],
  ['a check that makes a customer', 'D49', null, 'D49 makes a customer: add --live.'],
])('%s is refused, since nothing found would mean nothing', (_, only, skip, says) => {
  expect(() => chosen(only, skip)).toThrow(says);
});
