import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/parse.ts';
import type { Environment } from '../../src/config/settings.ts';

const okta = {
  OKTA_ISSUER: 'https://acme.okta.com/oauth2/default',
  OKTA_CLIENT_ID: '0oa1',
  OKTA_CLIENT_SECRET: 'a-secret-of-the-app',
  OKTA_API_TOKEN: '00an-api-token',
};
const [secret, next] = ['a-secret-of-this-hook', 'the-next-secret-of-it'];

function read(env: Environment) {
  const parsed = parseConfig(env);
  return parsed.ok ? { ...parsed.config, ...parsed.secrets } : parsed.problems;
}

describe('OKTA_HOOK_SECRET', () => {
  it('is one secret or, while it changes, two', () => {
    expect(read(okta)).toMatchObject({ hookSecrets: [] });
    expect(read({ ...okta, OKTA_HOOK_SECRET: secret })).toMatchObject({
      hookSecrets: [secret],
    });
    expect(read({ ...okta, OKTA_HOOK_SECRET: ` ${secret} , ${next} ` })).toMatchObject({
      hookSecrets: [secret, next],
    });
  });

  it.each([
    ['canary', 'It is shorter than 16 characters.'],
    [`${secret},canary`, 'Its entry 2 is shorter than 16 characters.'],
    ['ein-Schlüssel-mit-Umlaut', 'It has characters that no header can have.'],
  ])('%s is reported without the secret', (value, problem) => {
    const problems = read({ ...okta, OKTA_HOOK_SECRET: value });
    expect(problems).toMatchObject([{ variable: 'OKTA_HOOK_SECRET', problem }]);
    expect(JSON.stringify(problems)).not.toContain(value);
  });
});

describe('OKTA_LOG_POLL_SECONDS', () => {
  it('is off on a real org unless it is set, and on for the embedded one unless it is 0', () => {
    expect(read(okta)).toMatchObject({ events: { logPollSeconds: 0 } });
    expect(read({ ...okta, OKTA_LOG_POLL_SECONDS: '10' })).toMatchObject({
      events: { logPollSeconds: 10 },
    });
    expect(read({})).toMatchObject({ events: { logPollSeconds: 0.5 } });
    expect(read({ OKTA_LOG_POLL_SECONDS: '0', OKTA_HOOK_SECRET: secret })).toMatchObject({
      okta: null,
      events: { logPollSeconds: 0 },
      hookSecrets: [secret],
    });
  });

  it('may be a fraction of a second, down to half of one', () => {
    for (const seconds of ['0.5', '0.75', '2.5', '120']) {
      expect(read({ ...okta, OKTA_LOG_POLL_SECONDS: seconds })).toMatchObject({
        events: { logPollSeconds: Number(seconds) },
      });
    }
    for (const seconds of ['0.4', '0.499', '120.5', '121', '-1', '1e1', '.5', '0,5']) {
      expect(read({ ...okta, OKTA_LOG_POLL_SECONDS: seconds })).toMatchObject([
        { variable: 'OKTA_LOG_POLL_SECONDS' },
      ]);
    }
  });
});
