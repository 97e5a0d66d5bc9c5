import { expect, test } from 'vitest';
import { parseForm } from '../../../src/server/gateways/form.ts';

const bodies = [
  'token=abc',
  'token=abc&client_id=id',
  '&&token=abc&',
  'token',
  'token=a=b==',
  '=nameless',
  'token=é&emoji=🙂',
  'token=a%20b',
  'token=a+b',
  'token=%C3%A9&x=%ZZ',
  'token=?&?x=1',
  '?token=abc',
];

test.each(bodies)('%j is read as by URLSearchParams', (body) => {
  const read = [...new URLSearchParams(body)].filter(([, value]) => value !== '');
  expect([...parseForm(body)]).toEqual(read);
});

test('a parameter that is there twice is refused, encoded or not', () => {
  expect(() => parseForm('token=a&token=b')).toThrow('more than once');
  expect(() => parseForm('token=a&%74oken=b')).toThrow('more than once');
});
