import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OktaConfig } from '../../src/config.ts';
import type { EmbeddedOkta, Fault } from '../../src/embedded/handle.ts';
import { UpstreamUnavailable } from '../../src/identity/errors.ts';
import type { IdentityProvider } from '../../src/identity/port.ts';
import { startOkta } from '../embedded/start.ts';
import { callContext, mailed, newUser, providerOn } from './start.ts';

type Operation = (provider: IdentityProvider, okta: EmbeddedOkta) => Promise<unknown>;

interface Case {
  readonly flow: OktaConfig['logInFlow'];
  readonly path: string;
  readonly run: Operation;
}

const context = callContext();
const logIn: Operation = (provider, okta) => provider.logIn(okta.seeded.customer, context);
const operations: Readonly<Record<string, Case>> = {
  'logIn by password': { flow: 'password', path: '/oauth2/default/v1/token', run: logIn },
  'logIn by authn, first step': { flow: 'authn', path: '/api/v1/authn', run: logIn },
  'logIn by authn, redirect': { flow: 'authn', path: '/oauth2/default/v1/authorize', run: logIn },
  'logIn by authn, code': { flow: 'authn', path: '/oauth2/default/v1/token', run: logIn },
  refresh: {
    flow: 'password',
    path: '/oauth2/default/v1/token',
    run: (provider) => provider.refresh('x', context),
  },
  introspect: {
    flow: 'password',
    path: '/oauth2/default/v1/introspect',
    run: (provider) => provider.introspect('x', context),
  },
  createUser: {
    flow: 'password',
    path: '/api/v1/users',
    run: (provider) => provider.createUser(newUser('new@example.com'), context),
  },
  findUsers: {
    flow: 'password',
    path: '/api/v1/users',
    run: (provider) => provider.findUsers(['00u12345678901234567'], context),
  },
  passwordResetMail: {
    flow: 'password',
    path: '/api/v1/authn/recovery/password',
    run: (provider) => mailed(provider.passwordResetMail('demo@example.com', context)),
  },
  resetPassword: {
    flow: 'password',
    path: '/api/v1/authn/recovery/token',
    run: (provider) => provider.resetPassword({ token: 'x' }, 'Correct-Horse-8', context),
  },
};

const answer = (status: number, body: string, type = 'application/json'): Fault => ({
  kind: 'answer',
  status,
  body,
  headers: { 'content-type': type },
});

const faults: Readonly<Record<string, Fault>> = {
  'a hang': { kind: 'hang' },
  'a reset before the act': { kind: 'reset', when: 'before' },
  'a reset after it': { kind: 'reset', when: 'after' },
  'half an answer': { kind: 'truncate' },
  'a 500': answer(500, '{"errorCode":"E0000009","errorSummary":"Internal Server Error"}'),
  'a 503 without a body': answer(503, ''),
  'a page of a proxy': answer(200, '<html><body>Hello</body></html>', 'text/html'),
  'a page that claims to be JSON': answer(200, '<html><body>Hello</body></html>'),
  'an empty body': answer(200, ''),
  null: answer(200, 'null'),
  'an object without anything': answer(200, '{}'),
  'a list of nothing': answer(200, '[null]'),
  'a string': answer(200, '"SUCCESS"'),
  'members of wrong types': answer(
    200,
    '{"access_token":7,"token_type":{},"active":"yes","status":[],"id":1,"profile":"x"}',
  ),
  'an odd 4xx': answer(418, 'teapot', 'text/plain'),
};

/** A redirect is whole without a body. */
const harmless = ['logIn by authn, redirect: half an answer'];

let okta: EmbeddedOkta;
beforeAll(async () => {
  okta = await startOkta();
});
afterEach(() => okta.reset());

for (const [operation, { flow, path, run }] of Object.entries(operations)) {
  const cases = Object.entries(faults).filter(
    ([name]) => !harmless.includes(`${operation}: ${name}`),
  );
  describe(`${operation} is UpstreamUnavailable`, () => {
    it.each(cases)('for %s', async (name, fault) => {
      const callTimeoutMs = name === 'a hang' ? 200 : 3000;
      const { provider, calls } = providerOn(okta, { logInFlow: flow, callTimeoutMs });
      okta.fail({ path, fault });
      const startedAt = performance.now();
      await expect(run(provider, okta)).rejects.toBeInstanceOf(UpstreamUnavailable);
      expect(performance.now() - startedAt).toBeLessThan(2500);
      expect(calls.at(-1)?.failure).toMatch(/^[A-Z]\w+$/);
    });
  });
}
