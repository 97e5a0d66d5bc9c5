import { expect, test } from 'vitest';
import { networksOf } from '../../src/limits/network.ts';

test.each([
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64', '2001:db8:1::/48'],
  ['2001:0DB8:0001:0002:ffff::', '2001:db8:1:2::/64', '2001:db8:1::/48'],
  ['2001:db8::1', '2001:db8:0:0::/64', '2001:db8:0::/48'],
  ['2001:db8:0:0:1::', '2001:db8:0:0::/64', '2001:db8:0::/48'],
  ['64:ff9b:1::203.0.113.7', '64:ff9b:1:0::/64', '64:ff9b:1::/48'],
  ['2003::1', '2003:0:0:0::/64', '2003:0:0::/48'],
  ['::1', '0:0:0:0::/64', '0:0:0::/48'],
  ['::', '0:0:0:0::/64', '0:0:0::/48'],
])('%s is counted as %s and as %s', (address, network, site) => {
  expect(networksOf(address)).toEqual({ network, site });
});

test.each([
  ['IPv4', '203.0.113.7'],
  ['mapped', '::ffff:203.0.113.7'],
  ['mapped, in hexadecimal', '::FFFF:cb00:7107'],
  ['translated', '64:ff9b::203.0.113.7'],
  ['translated, in hexadecimal', '64:FF9B:0:0:0:0:cb00:7107'],
  ['6to4', '2002:cb00:7107::1'],
  ['6to4, of another subnet', '2002:CB00:7107:ffff:1:2:3:4'],
  ['Teredo', '2001:0:4136:e378:8000:63bf:34ff:8ef8'],
])('%s is counted as the host of IPv4 within', (_name, address) => {
  expect(networksOf(address)).toEqual({ network: '203.0.113.7', site: null });
});
