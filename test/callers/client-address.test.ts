import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { createClientAddress } from '../../src/callers/client-address.ts';

const proxies = createClientAddress([
  { address: '10.0.0.0', prefix: 8, family: 'ipv4' },
  { address: 'fd00::', prefix: 8, family: 'ipv6' },
]);
const addressOf = (peer: string, forwarded?: string, read = proxies) => {
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: peer });
  const request = new IncomingMessage(socket);
  if (forwarded !== undefined) request.headers['x-forwarded-for'] = forwarded;
  return read(request).address;
};

test('it is the peer, whatever the header says, unless the peer is trusted', () => {
  const nobodyTrusted = createClientAddress([]);
  expect(addressOf('10.0.0.1', '203.0.113.7', nobodyTrusted)).toBe('10.0.0.1');
  expect(addressOf('198.51.100.1', '203.0.113.7')).toBe('198.51.100.1');
  expect(addressOf('10.0.0.1')).toBe('10.0.0.1');
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  // What a client has sent stands on the left of what our proxies append.
  ['127.0.0.1, 10.9.9.9, 203.0.113.7', '203.0.113.7'],
  ['spoofed, 203.0.113.7, 10.1.2.3,10.4.5.6', '203.0.113.7'],
  ['203.0.113.7:51724', '203.0.113.7'],
  ['2001:db8::7', '2001:db8::7'],
  ['[2001:db8::7]', '2001:db8::7'],
  ['[2001:db8::7]:443, fd00::2', '2001:db8::7'],
  ['"[2001:db8::7]:443", fd00::2', '2001:db8::7'],
  ['2001:db8:0:0:0:0:0:7:443', '2001:db8::7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['::ffff:cb00:7107', '203.0.113.7'],
  ['2001:DB8:0::7', '2001:db8::7'],
  ['fe80::1%eth0', 'fe80::1'],
  // Nobody can say what stands before junk.
  ['203.0.113.7, unknown', '10.0.0.1'],
  ['203.0.113.7, , 10.1.2.3', '10.1.2.3'],
  ['203.0.113.7, 1.2.3.4.5:80', '10.0.0.1'],
  ['', '10.0.0.1'],
  ['10.1.1.1, 10.2.2.2', '10.1.1.1'],
])('a trusted proxy that says %j says %s', (forwarded, address) => {
  expect(addressOf('10.0.0.1', forwarded)).toBe(address);
  expect(addressOf('::ffff:10.0.0.1', forwarded)).toBe(address);
});

test('of a long list only the end is read', () => {
  const hops = Array.from({ length: 100 }, () => '10.0.0.2').join(',');
  expect(addressOf('10.0.0.1', `203.0.113.7,${hops}`)).toBe('10.0.0.2');
});
