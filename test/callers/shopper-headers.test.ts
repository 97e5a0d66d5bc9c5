import { expect, test } from 'vitest';
import { readShopper } from '../../src/callers/shopper-headers.ts';

const device = { 'x-device-id': 'device-1' };
const nobody = { clientIp: null, userAgent: null, deviceId: null, language: null };

test('a shopper is read from four headers', () => {
  const headers = {
    'x-client-ip': '203.0.113.7',
    'x-client-user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0',
    'x-device-id': 'c1f0a2d4-device',
    'accept-language': 'de-CH, de;q=0.9, *;q=0.5',
  };
  expect(readShopper(headers)).toEqual({
    shopper: {
      clientIp: '203.0.113.7',
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0',
      deviceId: 'c1f0a2d4-device',
      language: 'de-CH, de;q=0.9, *;q=0.5',
    },
    malformed: [],
  });
});

test('a language alone is no shopper, since every browser sends one', () => {
  const nothing = { shopper: null, malformed: [] };
  expect(readShopper({ 'accept-language': 'de', 'user-agent': 'curl/8' })).toEqual(nothing);
  expect(readShopper({})).toEqual(nothing);
  expect(readShopper({ 'x-client-ip': '', 'x-device-id': '' })).toEqual(nothing);
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['2001:db8::1', '2001:db8::1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:192.0.2.1', '192.0.2.1'],
  ['::ffff:c000:201', '192.0.2.1'],
  ['192.0.2.1:443', '192.0.2.1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['[2001:db8::1]:443', '2001:db8::1'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['[::ffff:192.0.2.1]:443', '192.0.2.1'],
  ['"192.0.2.1"', '192.0.2.1'],
  ['"192.0.2.1:443"', '192.0.2.1'],
  ['"[2001:db8::1]:443"', '2001:db8::1'],
  ['2001:0DB8:0:0:0:0:0:1:54321', '2001:db8::1'],
])('%s is an address', (header, clientIp) => {
  expect(readShopper({ 'x-client-ip': header }).shopper).toEqual({ ...nobody, clientIp });
});

test.each([
  ['x-client-ip', '192.0.2.1, 198.51.100.2'],
  ['x-client-ip', '192.0.2.1:443, 198.51.100.2:443'],
  ['x-client-ip', '192.0.2.1:'],
  ['x-client-ip', '192.0.2.1:x'],
  ['x-client-ip', '[2001:db8::1'],
  ['x-client-ip', '[192.0.2.1]x'],
  ['x-client-ip', 'fe80::1%eth0'],
  ['x-client-ip', '[fe80::1%eth0]:443'],
  ['x-client-ip', 'for=192.0.2.1'],
  ['x-client-ip', '192.0.2.256'],
  ['x-client-ip', '"192.0.2.1'],
  ['x-client-ip', '"192.0.2.1, 198.51.100.2"'],
  ['x-client-ip', '2001:db8:0:0:0:0:0:1:x'],
  ['x-client-ip', '192.0.2.1\r\nX-Forwarded-For: 198.51.100.2'],
  ['x-client-ip', 'unknown'],
  ['x-client-user-agent', 'a'.repeat(1025)],
  ['x-client-user-agent', 'Mozilla/5.0\r\nAuthorization: SSWS x'],
  ['x-client-user-agent', 'Mozilla/5.0\n'],
  ['x-client-user-agent', 'a\u0000b'],
  ['x-client-user-agent', 'a\tb'],
  ['x-client-user-agent', 'Mözilla'],
  ['accept-language', 'de\r\nx: y'],
  ['accept-language', 'de"'],
  ['accept-language', 'de,'.repeat(100)],
])('%s: %j is dropped, and the others stay', (name, value) => {
  const { shopper, malformed } = readShopper({ ...device, [name]: value });
  expect(shopper).toEqual({ ...nobody, deviceId: 'device-1' });
  expect(malformed).toEqual([name]);
});

test.each(['b'.repeat(257), 'a\nb', '\u007f'])('%j is no device id', (value) => {
  const { shopper, malformed } = readShopper({ 'x-device-id': value });
  expect({ shopper, malformed }).toEqual({ shopper: null, malformed: ['x-device-id'] });
});
