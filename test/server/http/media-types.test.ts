import { expect, test } from 'vitest';
import { HttpError } from '../../../src/server/http/http-error.ts';
import { negotiate } from '../../../src/server/http/media-types.ts';

const older = 'application/json';
const newer = 'application/graphql-response+json';

test.each([
  [undefined, older],
  ['*/*', older],
  ['', older],
  [' ', older],
  ['*', older],
  [`text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2`, older],
  [`${newer};q=0.5, *;q=0.1`, newer],
  [older, older],
  [newer, newer],
  ['Application/GraphQL-Response+JSON; charset=utf-8', newer],
  [`${newer}, ${older}`, newer],
  [`${older}, ${newer}`, older],
  [`${older};q=0.5, ${newer};q=1`, newer],
  [`${older};q=0.5, ${newer}`, newer],
  [`${newer};q=0.4, ${older};q=0.5`, older],
  [`${newer};q=0.001, ${older};q=0`, newer],
  [`${older};q=0`, null],
  [`${older};q=0.000`, null],
  [`${older};q=0, */*`, newer],
  [`*/*, ${older};q=0`, newer],
  [`application/*;q=0.2, ${older};q=0.1`, newer],
  ['application/*;q=0, */*', null],
  ['*/*;q=0', null],
  ['text/html, application/*;q=0.1', older],
  [`text/html, */*;q=0.1, ${newer};q=0.05`, older],
  [`${older};charset=utf-8;q=0.3, ${newer};Q=0.9`, newer],
  [`${older};q=nonsense, ${newer};q=0.9`, older],
  ['image/png', null],
])('Accept: %s is answered by %s', (accept, type) => {
  if (type === null) expect(() => negotiate(accept)).toThrow(HttpError);
  else expect(negotiate(accept)).toBe(type);
});

test('of a long Accept the first hundred types count', () => {
  const others = (count: number) => 'image/png,'.repeat(count);
  expect(negotiate(`${others(99)}${newer}`)).toBe(newer);
  expect(() => negotiate(`${others(100)}${newer}`)).toThrow(HttpError);
});
