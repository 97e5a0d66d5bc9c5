import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/parse.ts';
import { variableNames } from '../../src/config/variables.ts';
import type { Config, ConfigProblem, Secrets } from '../../src/config.ts';

const pkcs8 = { type: 'pkcs8', format: 'pem' } as const;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const rsaPem = rsa.export(pkcs8).toString();
const shortPem = generateKeyPairSync('rsa', { modulusLength: 1024 })
  .privateKey.export(pkcs8)
  .toString();
const ecPem = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export(pkcs8)
  .toString();
const sealingKey = Buffer.alloc(32, 7).toString('base64');

const okta = {
  OKTA_ISSUER: 'https://acme.okta.com/oauth2/default',
  OKTA_CLIENT_ID: '0oa1',
  OKTA_CLIENT_SECRET: 'canary-client-secret',
  OKTA_API_TOKEN: 'canary-api-token',
};
const { OKTA_API_TOKEN: _apiToken, ...oktaWithoutManagement } = okta;
const serviceApp = {
  ...oktaWithoutManagement,
  OKTA_SERVICE_CLIENT_ID: '0oa2',
  OKTA_SERVICE_PRIVATE_KEY: rsaPem,
  OKTA_SERVICE_KEY_ID: 'kid-2',
};
const production = { ...okta, NODE_ENV: 'production', SEALING_KEY: sealingKey };
const example = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');

type Env = Record<string, string | undefined>;

function configOf(env: Env): Config {
  const parsed = parseConfig(env);
  if (!parsed.ok) expect.fail(JSON.stringify(parsed.problems));
  return parsed.config;
}

function secretsOf(env: Env): Secrets {
  const parsed = parseConfig(env);
  if (!parsed.ok) expect.fail(JSON.stringify(parsed.problems));
  return parsed.secrets;
}

function problemsOf(env: Env): readonly ConfigProblem[] {
  const parsed = parseConfig(env);
  return parsed.ok ? [] : parsed.problems;
}

const namesOf = (env: Env) => problemsOf(env).map(({ variable }) => variable);

describe('with nothing set', () => {
  it('starts the embedded org, on this machine alone', () => {
    expect(configOf({})).toEqual({
      production: false,
      exposeDevelopment: false,
      okta: null,
      embedded: {
        port: 4001,
        logInFlow: 'password',
        snapshotFile: '.data/embedded-okta.json',
        names: 'optional',
      },
      server: {
        host: '127.0.0.1',
        port: 4000,
        publicUrl: null,
        corsOrigins: [],
        trustedProxies: [],
        logLevel: 'info',
        requestTimeoutMs: 5000,
        drainMs: 10_000,
        connections: { max: 5_000, keepAliveSeconds: 5 },
        documentsFile: null,
        profileFile: null,
      },
      services: { scope: 'accounts.read' },
      accounts: {
        enumeration: 'strict',
        signUp: 'ACTIVE',
        answerFloorMs: 400,
        optionalFields: ['firstName', 'lastName'],
      },
      limits: { on: true },
      refresh: { graceSeconds: 30 },
      events: { logPollSeconds: 0.5 },
      metrics: null,
      profiles: { ttlSeconds: 30 },
      workers: 1,
    });
  });

  it('names are required where the embedded org is set so', () => {
    const { accounts, embedded } = configOf({ EMBEDDED_OKTA_NAMES: 'required' });
    expect(embedded.names).toBe('required');
    expect(accounts.optionalFields).toEqual([]);
  });

  it('a real org says for itself which names it requires', () => {
    expect(configOf(okta).accounts.optionalFields).toEqual([]);
  });

  it('lets the log-in flow be chosen and the snapshot be turned off', () => {
    const { okta, embedded } = configOf({ OKTA_LOG_IN_FLOW: 'authn', EMBEDDED_OKTA_FILE: '' });
    expect(okta).toBeNull();
    expect(embedded).toEqual({
      port: 4001,
      logInFlow: 'authn',
      snapshotFile: null,
      names: 'optional',
    });
  });

  it('takes empty Okta variables for unset ones', () => {
    expect(
      configOf({ OKTA_ISSUER: '', OKTA_CLIENT_ID: ' ', OKTA_API_TOKEN: '""' }).okta,
    ).toBeNull();
  });

  it('refuses to be production', () => {
    expect(problemsOf({ NODE_ENV: 'production', SEALING_KEY: sealingKey })).toEqual([
      {
        variable: 'OKTA_ISSUER',
        problem: 'There are no Okta settings, and the embedded org is for development.',
        fix: 'Set the OKTA_* variables of your org: .env.example has them all.',
      },
    ]);
  });
});

describe('with Okta settings', () => {
  it('needs four of them', () => {
    expect(configOf(okta).okta).toEqual({
      orgUrl: 'https://acme.okta.com',
      issuer: 'https://acme.okta.com/oauth2/default',
      audience: 'api://default',
      clientId: '0oa1',
      logInFlow: 'password',
      redirectUri: null,
      scopes: ['openid', 'profile', 'email', 'offline_access'],
      acceptedClientIds: ['0oa1'],
      signUpGroupIds: [],
      userBatchSize: 100,
      callTimeoutMs: 3000,
    });
    expect(secretsOf(okta).okta).toEqual({
      clientAuthentication: { method: 'client_secret_basic', secret: 'canary-client-secret' },
      management: { method: 'ssws', apiToken: 'canary-api-token' },
    });
  });

  it('reads every other one', () => {
    const env = {
      ...serviceApp,
      OKTA_CLIENT_AUTH_METHOD: 'private_key_jwt',
      OKTA_CLIENT_PRIVATE_KEY: rsaPem,
      OKTA_CLIENT_KEY_ID: 'kid-1',
      OKTA_AUDIENCE: 'https://api.example.com',
      OKTA_LOG_IN_FLOW: 'authn',
      OKTA_REDIRECT_URI: 'https://shop.example.com/callback',
      OKTA_SCOPES: '  offline_access   openid ',
      OKTA_ACCEPTED_CLIENT_IDS: '0oa1, 0oa3,,0oa1',
      OKTA_SIGN_UP_GROUP_IDS: '00g1,00g2',
      OKTA_USER_BATCH_SIZE: '200',
      OKTA_CALL_TIMEOUT_MS: '2500',
    };
    expect(configOf(env).okta).toMatchObject({
      audience: 'https://api.example.com',
      logInFlow: 'authn',
      redirectUri: 'https://shop.example.com/callback',
      scopes: ['offline_access', 'openid'],
      acceptedClientIds: ['0oa1', '0oa3'],
      signUpGroupIds: ['00g1', '00g2'],
      userBatchSize: 200,
      callTimeoutMs: 2500,
    });
    expect(secretsOf(env).okta).toEqual({
      clientAuthentication: { method: 'private_key_jwt', privateKeyPem: rsaPem, keyId: 'kid-1' },
      management: {
        method: 'service_app',
        clientId: '0oa2',
        privateKeyPem: rsaPem,
        keyId: 'kid-2',
      },
    });
  });

  it('forgives spaces and quotes around a value', () => {
    const config = configOf({ ...okta, OKTA_ISSUER: ` "${okta.OKTA_ISSUER}"\r`, PORT: "'4002' " });
    expect(config.okta?.issuer).toBe(okta.OKTA_ISSUER);
    expect(config.server.port).toBe(4002);
  });

  it('accepts the org server where it is allowed, with the org as audience', () => {
    const env = { ...okta, OKTA_ISSUER: 'https://acme.okta.com', OKTA_ALLOW_ORG_SERVER: 'true' };
    const org = 'https://acme.okta.com';
    expect(configOf(env).okta).toMatchObject({ orgUrl: org, issuer: org, audience: org });
  });

  it.each([
    ['a PEM', rsaPem],
    ['a PEM with \\n for line breaks', rsaPem.replaceAll('\n', '\\n')],
    ['a PEM in base64', Buffer.from(rsaPem).toString('base64')],
    ['a PKCS #1 PEM', rsa.export({ type: 'pkcs1', format: 'pem' }).toString()],
  ])('reads a private key from %s', (_name, value) => {
    const { okta } = secretsOf({ ...serviceApp, OKTA_SERVICE_PRIVATE_KEY: value });
    expect(okta?.management).toMatchObject({ privateKeyPem: rsaPem });
  });
});

describe('the issuer', () => {
  const fixed = 'Use https://acme.okta.com/oauth2/default';
  it.each([
    ['a trailing slash', 'https://acme.okta.com/oauth2/default/', 'slash', fixed],
    ['the admin console', 'https://acme-admin.okta.com/oauth2/default', 'admin console', fixed],
    ['a query', 'https://acme.okta.com/oauth2/default?x=1', 'query', fixed],
    ['credentials', 'https://u:p@acme.okta.com/oauth2/default', 'credentials', fixed],
    ['http', 'http://acme.okta.com/oauth2/default', 'http', fixed],
    ['an endpoint', 'https://acme.okta.com/oauth2/default/v1/token', 'spelt', fixed],
    [
      'discovery',
      'https://acme.okta.com/oauth2/default/.well-known/openid-configuration',
      'spelt',
      fixed,
    ],
    ['capitals', 'https://Acme.okta.com/oauth2/default', 'spelt', fixed],
    ['the org server', 'https://acme.okta.com', 'org authorization server', `${fixed}\n`],
    ['its endpoints', 'https://acme.okta.com/oauth2/v1', 'org authorization server', `${fixed}\n`],
    ['capitals in its id', 'https://acme.okta.com/oauth2/Default', 'spelt', fixed],
    ['a dot behind the host', 'https://acme.okta.com./oauth2/default', 'spelt', fixed],
    ['no scheme', 'acme.okta.com/oauth2/default', 'no https://', fixed],
    ['no address', 'acme', 'not a web address', 'Use an address such as'],
    ['no address, but a port', 'acme:4000', 'not a web address', 'Use an address such as'],
    ['another scheme', 'ftp://acme.okta.com/oauth2/default', 'not a web address', 'Use an address'],
  ])('is refused with the expected form: %s', (_name, issuer, problem, fix) => {
    const problems = problemsOf({ ...okta, OKTA_ISSUER: issuer });
    expect(problems).toHaveLength(1);
    expect(problems[0]?.variable).toBe('OKTA_ISSUER');
    expect(problems[0]?.problem).toContain(problem);
    expect(problems[0]?.fix.startsWith(fix)).toBe(true);
    expect(problems[0]?.fix.includes('OKTA_ALLOW_ORG_SERVER=true')).toBe(fix.endsWith('\n'));
  });

  it('may be http on this machine, outside production', () => {
    const OKTA_ISSUER = 'http://127.0.0.1:4001/oauth2/default';
    expect(configOf({ ...okta, OKTA_ISSUER }).okta?.orgUrl).toBe('http://127.0.0.1:4001');
    expect(namesOf({ ...production, OKTA_ISSUER })).toEqual(['OKTA_ISSUER']);
  });

  it('has all its problems reported together', () => {
    const env = { ...okta, OKTA_ISSUER: 'http://acme-admin.okta.com/oauth2/default/' };
    expect(namesOf(env)).toEqual(['OKTA_ISSUER', 'OKTA_ISSUER', 'OKTA_ISSUER']);
    expect(new Set(problemsOf(env).map(({ fix }) => fix))).toEqual(new Set([fixed]));
  });
});

describe('a problem', () => {
  it('is the admin token, which is for setup and doctor alone', () => {
    const parsed = parseConfig({ OKTA_ADMIN_TOKEN: '00admin' });
    expect(parsed.ok ? [] : parsed.problems.map(({ variable }) => variable)).toEqual([
      'OKTA_ADMIN_TOKEN',
    ]);
    expect(JSON.stringify(parsed)).not.toContain('00admin');
  });

  it.each<[string, Env, string[]]>([
    ['missing client id', { ...okta, OKTA_CLIENT_ID: undefined }, ['OKTA_CLIENT_ID']],
    ['missing secret', { ...okta, OKTA_CLIENT_SECRET: undefined }, ['OKTA_CLIENT_SECRET']],
    [
      'missing private key',
      { ...okta, OKTA_CLIENT_AUTH_METHOD: 'private_key_jwt' },
      ['OKTA_CLIENT_PRIVATE_KEY', 'OKTA_CLIENT_KEY_ID'],
    ],
    ['unknown method', { ...okta, OKTA_CLIENT_AUTH_METHOD: 'basic' }, ['OKTA_CLIENT_AUTH_METHOD']],
    ['no management credentials', oktaWithoutManagement, ['OKTA_API_TOKEN']],
    ['both management credentials', { ...serviceApp, ...okta }, ['OKTA_API_TOKEN']],
    ['SSWS before the token', { ...okta, OKTA_API_TOKEN: 'SSWS 00abc' }, ['OKTA_API_TOKEN']],
    [
      'half a service app',
      { ...oktaWithoutManagement, OKTA_SERVICE_CLIENT_ID: '0oa2' },
      ['OKTA_SERVICE_PRIVATE_KEY', 'OKTA_SERVICE_KEY_ID'],
    ],
    ['EC key', { ...serviceApp, OKTA_SERVICE_PRIVATE_KEY: ecPem }, ['OKTA_SERVICE_PRIVATE_KEY']],
    [
      '1024-bit key',
      { ...serviceApp, OKTA_SERVICE_PRIVATE_KEY: shortPem },
      ['OKTA_SERVICE_PRIVATE_KEY'],
    ],
    [
      'junk for a key',
      { ...serviceApp, OKTA_SERVICE_PRIVATE_KEY: 'junk' },
      ['OKTA_SERVICE_PRIVATE_KEY'],
    ],
    ['authn without redirect', { ...okta, OKTA_LOG_IN_FLOW: 'authn' }, ['OKTA_REDIRECT_URI']],
    ['relative redirect', { ...okta, OKTA_REDIRECT_URI: '/callback' }, ['OKTA_REDIRECT_URI']],
    ['no offline_access', { ...okta, OKTA_SCOPES: 'openid' }, ['OKTA_SCOPES']],
    ['no openid', { ...okta, OKTA_SCOPES: 'offline_access' }, ['OKTA_SCOPES']],
    ['commas in scopes', { ...okta, OKTA_SCOPES: 'openid,offline_access' }, ['OKTA_SCOPES']],
    ['group names', { ...okta, OKTA_SIGN_UP_GROUP_IDS: 'All Staff' }, ['OKTA_SIGN_UP_GROUP_IDS']],
    ['batch of 0', { ...okta, OKTA_USER_BATCH_SIZE: '0' }, ['OKTA_USER_BATCH_SIZE']],
    ['batch of 201', { ...okta, OKTA_USER_BATCH_SIZE: '201' }, ['OKTA_USER_BATCH_SIZE']],
    ['timeout of 1e3', { ...okta, OKTA_CALL_TIMEOUT_MS: '1e3' }, ['OKTA_CALL_TIMEOUT_MS']],
    ['long call', { ...okta, OKTA_CALL_TIMEOUT_MS: '5000' }, ['REQUEST_TIMEOUT_MS']],
    ['misspelt name', { ...okta, OKTA_CLIENTID: 'x' }, ['OKTA_CLIENTID']],
    ['port beyond the last', { PORT: '65536' }, ['PORT']],
    ['negative port', { PORT: '-1' }, ['PORT']],
    ['one port for two', { PORT: '4001' }, ['EMBEDDED_OKTA_PORT']],
    ['log level', { LOG_LEVEL: 'verbose' }, ['LOG_LEVEL']],
    ['environment', { NODE_ENV: 'prod' }, ['NODE_ENV']],
    ['enumeration', { ENUMERATION: 'yes' }, ['ENUMERATION']],
    ['sign-up', { SIGN_UP: 'verify_email' }, ['SIGN_UP']],
    ['too slow floor', { ANSWER_FLOOR_MS: '5000' }, ['ANSWER_FLOOR_MS']],
    ['wildcard origin', { CORS_ORIGINS: '*' }, ['CORS_ORIGINS']],
    ['wildcard host', { CORS_ORIGINS: 'https://*.example.com' }, ['CORS_ORIGINS']],
    ['origin with a slash', { CORS_ORIGINS: 'https://a.example/' }, ['CORS_ORIGINS']],
    ['the null origin', { CORS_ORIGINS: 'null' }, ['CORS_ORIGINS']],
    ['http origin', { ...production, CORS_ORIGINS: 'http://a.example' }, ['CORS_ORIGINS']],
    ['public URL without a scheme', { PUBLIC_URL: 'accounts.example.com' }, ['PUBLIC_URL']],
    ['public URL with a query', { PUBLIC_URL: 'https://a.example/?x' }, ['PUBLIC_URL']],
    ['no secret', { SERVICE_CLIENTS: 'orders' }, ['SERVICE_CLIENTS']],
    ['no id', { SERVICE_CLIENTS: ':secret' }, ['SERVICE_CLIENTS']],
    [
      'short secret',
      { ...production, SERVICE_CLIENTS: `a:${'x'.repeat(15)}` },
      ['SERVICE_CLIENTS'],
    ],
    ['no sealing key', { ...production, SEALING_KEY: undefined }, ['SEALING_KEY']],
    [
      'sealing key of 31 bytes',
      { SEALING_KEY: Buffer.alloc(31).toString('base64') },
      ['SEALING_KEY'],
    ],
    ['sealing key in hex', { SEALING_KEY: 'ab'.repeat(32) }, ['SEALING_KEY']],
    [
      'no TLS checks',
      { ...production, NODE_TLS_REJECT_UNAUTHORIZED: '0' },
      ['NODE_TLS_REJECT_UNAUTHORIZED'],
    ],
  ])('is reported by the name of its variable: %s', (_name, env, variables) => {
    expect(namesOf(env)).toEqual(variables);
  });

  it.each<[string, Env]>([
    ['a floor below the request timeout', { ANSWER_FLOOR_MS: '2000', REQUEST_TIMEOUT_MS: '3500' }],
    ['a secret of 16 characters', { ...production, SERVICE_CLIENTS: `a:${'x'.repeat(16)}` }],
    ['a short secret on a laptop', { SERVICE_CLIENTS: 'a:b' }],
    ['no TLS checks on a laptop', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }],
    ['any free port for both', { PORT: '0', EMBEDDED_OKTA_PORT: '0' }],
    ['a variable of another program', { OKTANE: 'x', SERVICE_HOST: 'y' }],
  ])('is not %s', (_name, env) => {
    expect(problemsOf(env)).toEqual([]);
  });

  it('of spelling comes with the name that was probably meant', () => {
    const fixes = problemsOf({ OKTA_ISUER: 'x', EMBEDDED_OKTA_PROT: '1', OKTA_CLIENT_SECRT: 'y' });
    expect(fixes.slice(0, 3).map(({ fix }) => fix.split(' If')[0])).toEqual([
      'Did you mean OKTA_ISSUER?',
      'Did you mean EMBEDDED_OKTA_PORT?',
      'Did you mean OKTA_CLIENT_SECRET?',
    ]);
  });

  it('never shows a value that may be secret', () => {
    const canary = 'canary-5ecret';
    const env = Object.fromEntries(variableNames.map((name) => [name, `${canary},<x>`]));
    const problems = [
      ...problemsOf(env),
      ...problemsOf({ ...Object.fromEntries(variableNames.map((name) => [name, canary])) }),
      ...problemsOf({
        ...production,
        SERVICE_CLIENTS: `a:${canary}`,
        OKTA_API_TOKEN: `x ${canary}`,
      }),
    ];
    expect(problems.length).toBeGreaterThan(30);
    expect(JSON.stringify(problems)).not.toContain(canary);
  });

  it('does not hide another', () => {
    const env = { OKTA_ISSUER: 'acme', OKTA_CLIENT_ID: '<client id>', PORT: 'x', LOG_LEVEL: 'x' };
    expect(namesOf(env)).toEqual([
      'OKTA_ISSUER',
      'OKTA_CLIENT_ID',
      'OKTA_CLIENT_SECRET',
      'OKTA_API_TOKEN',
      'PORT',
      'LOG_LEVEL',
    ]);
  });
});

describe('production', () => {
  it('listens on every interface', () => {
    const config = configOf({
      ...production,
      CORS_ORIGINS: 'https://a.example,http://localhost:3000',
    });
    expect(config.production).toBe(true);
    expect(config.server.host).toBe('0.0.0.0');
    expect(config.server.corsOrigins).toEqual(['https://a.example', 'http://localhost:3000']);
  });
});

describe('.env.example', () => {
  const names = [...example.matchAll(/^# ([A-Z][A-Z0-9_]*)=/gm)].map((match) => match[1]);
  const filled = parseEnv(example.replaceAll(/^# ([A-Z][A-Z0-9_]*=)/gm, '$1'));

  it('documents every variable, once, and no other', () => {
    expect(names.toSorted()).toEqual(variableNames.toSorted());
  });

  it('starts the embedded org when it is copied unchanged', () => {
    expect(configOf(parseEnv(example))).toEqual(configOf({}));
  });

  it('shows the defaults', () => {
    const shown = Object.entries(filled).filter(([, value]) => !/[<{]/.test(value ?? ''));
    const withoutOkta = shown.filter(([name]) => !name.startsWith('OKTA_'));
    expect(withoutOkta.length).toBeGreaterThan(10);
    expect(configOf(Object.fromEntries(withoutOkta))).toEqual(configOf({}));
    expect(configOf({ ...okta, ...Object.fromEntries(shown) })).toEqual(configOf(okta));
  });

  it('has its placeholders reported, each by name, where they are left in', () => {
    const left = Object.keys(filled).filter((name) => /[<{]/.test(filled[name] ?? ''));
    const reported = problemsOf(filled).filter(({ problem }) => problem.includes('placeholder'));
    const ofOtherMethods = ['OKTA_CLIENT_PRIVATE_KEY', 'OKTA_CLIENT_KEY_ID'];
    expect(left.length).toBeGreaterThan(10);
    expect(reported.map(({ variable }) => variable).toSorted()).toEqual(
      left.filter((name) => !ofOtherMethods.includes(name)).toSorted(),
    );
  });
});
