import { expect, test } from 'vitest';
import {
  canonicalLogin,
  normalCode,
  normalLogin,
  normalPhone,
  normalToken,
} from '../../src/identity/normal-form.ts';

const address = 'nora@shop.example';
const invisible = ['\u00AD', '\u034F', '\u061C', '\u180E', '\u200B', '\u200C', '\u200D', '\u200E'];
invisible.push('\u2800', '\uFFF9', '\uFFFB', '\uFFFC');
invisible.push('\u200F', '\u202A', '\u202C', '\u202E', '\u2060', '\u2066', '\u2069', '\u206F');
invisible.push('\u3164', '\uFE0F', '\uFEFF', '\u{E0001}', '\u{E0100}');

test.each(invisible)('%j is dropped from logins, codes, phones and tokens', (character) => {
  const around = (text: string) =>
    `${character}${text.slice(0, 2)}${character}${text.slice(2)}${character}`;
  expect(normalLogin(around(address))).toBe(address);
  expect(normalLogin(around('nq4471'))).toBe('nq4471');
  expect(normalCode(around('123456'))).toBe('123456');
  expect(normalPhone(around('+1 555 415 1337'))).toBe('+1 555 415 1337');
  expect(normalToken(around('eyJ.a-_9.x'))).toBe('eyJ.a-_9.x');
});

test.each([
  ' ',
  '\t',
  '\r\n',
  '\u0085',
  '\u00A0',
  '\u1680',
  '\u2003',
  '\u2028',
  '\u202F',
  '\u3000',
])('white space %j around a login is dropped', (space) => {
  expect(normalLogin(`${space}${address}${space}`)).toBe(address);
});

test.each([
  `<${address}>`,
  `Nora Quill <${address}>`,
  `"Quill, Nora" <${address}>`,
  `mailto:${address}`,
  `MAILTO:${address}`,
  `<mailto:${address}>`,
  `${address},`,
  `${address};`,
  ` <${address}> ; `,
  `"${address}"`,
  `'${address}'`,
  `\u2018${address}\u2019`,
  `\u201E${address}\u201C`,
  `\u00BB${address}\u00AB`,
  `\u2039${address}\u203A`,
  `\u300C${address}\u300D`,
  `(${address})`,
  `(${address}).`,
  `[${address}]`,
  `\`${address}\``,
  `**${address}**`,
  `_${address}_`,
  `${address}.`,
  `${address}!`,
  `${address})`,
  `${address}>`,
  `, ${address}`,
  `"${address}" <${address}>`,
  `'${address}' <${address}>`,
  `${address} (Nora Quill)`,
  `mailto:${address}?subject=Hello`,
  `mailto:n%6Fra@shop.example`,
  'nora\uFF20shop\uFF0Eexample',
  '\uFF4E\uFF4F\uFF52\uFF41@shop.example',
  'nora@shop\u3002example',
  'nora@shop\uFF61example',
])('%j is an address in a wrapping', (text) => {
  expect(normalLogin(text)).toBe(address);
});

test('two Unicode forms of a login are one, and its case is kept', () => {
  expect(normalLogin('U\u0308nï@Shop.example')).toBe('Ünï@Shop.example');
  expect(normalLogin('Ünï@Shop.example'.normalize('NFD'))).toBe('Ünï@Shop.example');
});

test.each([
  'nora.quill',
  'acme/nora',
  'nq,4471,',
  'nora quill',
  '<nora>',
  'mailto:nora',
  "o'neil",
  'nora@',
])('what stands in a login that is no address stays: %s', (login) =>
  expect(normalLogin(login)).toBe(login),
);

test.each([
  "o'neil@shop.example",
  '_nora_@shop.example',
  '{nora}@shop.example',
  '<nora>@shop.example',
  "'nora@shop.example",
  'nora@[192.0.2.1',
  'mailto:%@shop.example',
])('what is part of an address stays: %s', (text) => {
  expect(normalLogin(text)).toBe(text.replace('mailto:', ''));
});

test('what counts as one login is one however it is typed', () => {
  const spellings = [
    address,
    ' NORA@shop.example',
    '\u200Bnora@shop.example,',
    '<Nora@SHOP.example>',
  ];
  spellings.push('\uFF2E\uFF4F\uFF52\uFF41@shop.example', '\u{1D427}ora@shop.example');
  expect(new Set(spellings.map(canonicalLogin))).toEqual(new Set([address]));
});

test.each([
  '123-456',
  '123 456',
  '1 2 3 4 5 6\n',
  '123\u00A0456',
  '123\u2011456',
  '123\u2013456',
  '123\u2212456',
  '123.456',
  '123456.',
  '123\u00B7456',
  '(123456)',
  '\u201C123_456\u201D',
  "123'456",
  '\u202A123456\u202C',
  '<123456>',
  '`123456`',
  '123+456',
  '123|456',
  '123\u30FC456',
  '123\uFF70456',
  '\uFF11\uFF12\uFF13\uFF14\uFF15\uFF16',
  '\uFF11\uFF12\uFF13\uFF0D\uFF14\uFF15\uFF16',
  '\u{1D7CF}\u{1D7D0}\u{1D7D1}456',
])('%j is the code 123456', (text) => {
  expect(normalCode(text)).toBe('123456');
});

test.each([
  'arab',
  'arabext',
  'beng',
  'deva',
  'fullwide',
  'guru',
  'khmr',
  'mathsans',
  'thai',
  'tibt',
])('digits of the numbering system %s are those of ASCII', (system) => {
  const format = new Intl.NumberFormat(`en-u-nu-${system}`, { useGrouping: false });
  expect(normalCode(format.format(1234567890))).toBe('1234567890');
  expect(normalPhone(`+${format.format(1234567890)}`)).toBe('+1234567890');
});

test.each([
  ['\u202A+1 555 415 1337\u202C', '+1 555 415 1337'],
  ['\u202D+1\u00A0555\u202F415\u20091337\u202C', '+1 555 415 1337'],
  ['+1\u2011555\u2010415\u20131337', '+1-555-415-1337'],
  ['+1\u2212555\uFF0D4151337', '+1-555-4151337'],
  ['\uFF0B\uFF18\uFF11\uFF08\uFF10\uFF09\uFF13', '+81(0)3'],
  ['+1 (555) 415.1337 ', '+1 (555) 415.1337'],
  ['03\u30FC1234\u30FC5678', '03-1234-5678'],
  ['+81\uFF703\uFF701234', '+81-3-1234'],
  ['+1\u30FB555\u00B7415\u20221337', '+1.555.415.1337'],
  ['+1 [555] 415~1337', '+1 (555) 415-1337'],
  ['(+1) 555 415 1337', '+1 555 415 1337'],
  ['"+1 555 415 1337"', '+1 555 415 1337'],
  ['<+15554151337>,', '+15554151337'],
  ['+1 555.415.1337.', '+1 555.415.1337'],
  ['tel:+1-555-415-1337', '+1-555-415-1337'],
])('the phone number %j is %s', (text, number) => {
  expect(normalPhone(text)).toBe(number);
});

test.each([
  'Bearer eyJ.x.y',
  'bearer \n eyJ.x.y',
  '  eyJ.\r\n x.y\n',
  'e\u00ADyJ.x.y',
  '\u200BeyJ.x\u2028.y',
  '"eyJ.x.y"',
  '<eyJ.x.y>',
  'Bearer "eyJ.x.y"',
  '"Bearer eyJ.x.y"',
  'eyJ.x.y.',
  'eyJ.x.y,',
  '\u201CeyJ.x.y\u201D',
  '\uFF45\uFF59\uFF2A\uFF0Ex\uFF0Ey',
])('%j is the token eyJ.x.y', (text) => expect(normalToken(text)).toBe('eyJ.x.y'));

test('a token may begin and end with a hyphen or a low line', () => {
  expect(normalToken('"-ab\u2011c_"')).toBe('-ab-c_');
});

test('a token that begins with the word is left alone', () => {
  expect(normalToken('bearer-1')).toBe('bearer-1');
  expect(normalToken('Bearer')).toBe('Bearer');
});

test('a text of 64 KiB takes no time, whatever it is made of', () => {
  const parts = [' ', ',', '<', '.', '"', 'x@', '\u0661', '\u200B', '\u0301\u0323'];
  const texts = parts.map((part) => `a@${part.repeat(2 ** 16 / part.length)}x`);
  const started = performance.now();
  for (const text of texts) {
    for (const read of [normalLogin, canonicalLogin, normalCode, normalPhone, normalToken])
      read(text);
  }
  // Some 10 ms; one run of combining characters alone takes a second to normalise.
  expect(performance.now() - started).toBeLessThan(500);
});
