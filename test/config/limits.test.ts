import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config/parse.ts';

test.each([
  ['', true],
  ['on', true],
  ['off', false],
])('RATE_LIMITS=%s', (value, on) => {
  expect(parseConfig({ RATE_LIMITS: value })).toMatchObject({
    ok: true,
    config: { limits: { on } },
  });
});

test('proxies are addresses and networks', () => {
  const env = { TRUSTED_PROXIES: '10.0.0.7, 192.168.0.0/16, fd00::/8, ::1' };
  const trustedProxies = [
    { address: '10.0.0.7', prefix: 32, family: 'ipv4' },
    { address: '192.168.0.0', prefix: 16, family: 'ipv4' },
    { address: 'fd00::', prefix: 8, family: 'ipv6' },
    { address: '::1', prefix: 128, family: 'ipv6' },
  ];
  expect(parseConfig(env)).toMatchObject({ ok: true, config: { server: { trustedProxies } } });
});

test.each([
  ['RATE_LIMITS', 'no'],
  ['TRUSTED_PROXIES', 'proxy.internal'],
  ['TRUSTED_PROXIES', '10.0.0.0/33'],
  ['TRUSTED_PROXIES', '10.0.0.0/8/8'],
  ['TRUSTED_PROXIES', '10.0.0.0/-1'],
  ['TRUSTED_PROXIES', 'fe80::1%eth0'],
  ['TRUSTED_PROXIES', '10.0.0.0/8,*'],
  ['TRUSTED_PROXIES', '0.0.0.0/0'],
])('%s=%s is refused', (variable, value) => {
  expect(parseConfig({ [variable]: value })).toMatchObject({ ok: false, problems: [{ variable }] });
});
