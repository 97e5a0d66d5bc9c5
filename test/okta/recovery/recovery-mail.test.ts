import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedOkta } from '../../../src/embedded/handle.ts';
import { RateLimited, UpstreamUnavailable } from '../../../src/identity/errors.ts';
import type { IdentityProvider } from '../../../src/identity/port.ts';
import { startOkta } from '../../embedded/start.ts';
import { users } from '../../support/accounts.ts';
import { callContext, mailed, newUser, providerOn } from '../start.ts';

const context = callContext();

let okta: EmbeddedOkta;
beforeAll(async () => {
  okta = await startOkta({ seed: { users } });
});
afterEach(() => okta.reset());

const mails = () => okta.outbox.all().map(({ kind, to }) => `${kind} ${to}`);
const paths = () => okta.requests.all().map(({ method, path }) => `${method} ${path}`);
const lifecycle = /\/lifecycle\//;
const refused = (errorCode: string, status: number) =>
  ({ kind: 'answer', status, body: JSON.stringify({ errorCode, errorSummary: 's' }) }) as const;

describe('passwordResetMail', () => {
  it.each([
    ['active', ['PASSWORD_RESET active@example.com']],
    ['expired', ['PASSWORD_RESET expired@example.com']],
    ['recovery', ['PASSWORD_RESET recovery@example.com']],
    ['locked', ['ACCOUNT_UNLOCK locked@example.com']],
    ['staged', ['ACTIVATION staged@example.com']],
    ['imported', []],
    ['provisioned', ['ACTIVATION provisioned@example.com']],
    ['suspended', []],
    ['gone', []],
    ['nobody', []],
  ])('sends %s what helps', async (name, expected) => {
    const { provider } = providerOn(okta);
    await mailed(provider.passwordResetMail(`${name}@example.com`, context));
    expect(mails()).toEqual(expected);
    expect(paths()).toHaveLength(2);
  });

  it('finds an account whatever the case and the signs of its address are', async () => {
    const { provider } = providerOn(okta);
    const email = "o'Brien+a%2Fb#c&d@example.com";
    await provider.createUnverifiedUser(newUser(email), context);
    okta.outbox.clear();
    await mailed(provider.passwordResetMail(email.toUpperCase(), context));
    expect(mails()).toEqual([`ACTIVATION ${email}`]);
  });

  it('finds an account whose login no URL can hold, in small letters and as it is written', async () => {
    const { provider } = providerOn(okta);
    for (const email of ['acme/nora?x@example.com', 'Acme/Nora@example.com']) {
      await provider.createUnverifiedUser(newUser(email), context);
      okta.outbox.clear();
      const typed = email.startsWith('a') ? email.toUpperCase() : email;
      await mailed(provider.passwordResetMail(typed, context));
      expect(mails()).toEqual([`ACTIVATION ${email}`]);
    }
  });

  it('leaves a staged account with a password as it is: activation would let its maker in', async () => {
    const { provider } = providerOn(okta);
    await mailed(provider.passwordResetMail('imported@example.com', context));
    await mailed(provider.verificationMail('imported@example.com', context));
    expect(await provider.accountStatus('imported@example.com', context)).toBe('STAGED');
  });

  it.each([
    ['a refusal, such as for a status that has changed', refused('E0000038', 403), null],
    ['a missing right', refused('E0000006', 403), 'ProviderMisconfigured'],
    ['a limit', refused('E0000047', 429), 'RateLimited'],
    ['an outage', { kind: 'answer', status: 503 } as const, 'UpstreamUnavailable'],
  ])('is found and then fails at %s, where only some accounts would', async (_, fault, error) => {
    const { provider, calls } = providerOn(okta);
    okta.fail({ path: lifecycle, fault });
    const reset = await provider.passwordResetMail('provisioned@example.com', context);
    const verification = await provider.verificationMail('provisioned@example.com', context);
    for (const send of [reset, verification]) {
      const outcome = await send?.(context).catch((thrown) => thrown.constructor.name);
      expect(outcome ?? null).toBe(error);
    }
    expect(calls.filter(({ endpoint }) => endpoint === 'users/reactivate')).toHaveLength(2);
  });

  it('reports a look-up that fails, which it does for every address', async () => {
    const { provider } = providerOn(okta);
    const request = (email: string) => mailed(provider.passwordResetMail(email, context));
    const undo = okta.fail({ path: '/api/v1/users/', fault: { kind: 'answer', status: 503 } });
    await expect(request('nobody@example.com')).rejects.toBeInstanceOf(UpstreamUnavailable);
    await expect(request('active@example.com')).rejects.toBeInstanceOf(UpstreamUnavailable);
    undo();
    okta.fail({ path: '/api/v1/users/', fault: refused('E0000047', 429) });
    await expect(request('nobody@example.com')).rejects.toBeInstanceOf(RateLimited);
  });

  it('rejects with the reason of a signal that fires while the mail is asked for', async () => {
    const { provider } = providerOn(okta);
    const caller = new AbortController();
    const gone = new Error('the caller has gone');
    okta.fail({ path: lifecycle, fault: { kind: 'hang' } });
    const send = await provider.passwordResetMail('provisioned@example.com', context);
    const request = send(callContext(caller.signal));
    await expect.poll(() => paths().some((path) => lifecycle.test(path))).toBe(true);
    caller.abort(gone);
    await expect(request).rejects.toBe(gone);
  });
});

describe('verificationMail', () => {
  it('says whether there was an account that waits, and mails no other', async () => {
    const { provider } = providerOn(okta);
    const waiting: string[] = [];
    for (const email of ['nobody@example.com', ...users.map((user) => user.email)]) {
      if (await mailed(provider.verificationMail(email, context))) waiting.push(email);
    }
    expect(waiting).toEqual(['staged@example.com', 'provisioned@example.com']);
    expect(mails()).toEqual(waiting.map((email) => `ACTIVATION ${email}`));
  });
});

describe('unlockMail', () => {
  it('is not found while Okta does not answer, which it does for every address', async () => {
    const { provider } = providerOn(okta);
    okta.fail({ path: '/', fault: { kind: 'answer', status: 503 } });
    for (const email of ['nobody@example.com', 'locked@example.com']) {
      const found = provider.unlockMail(email, context);
      await expect(found).rejects.toBeInstanceOf(UpstreamUnavailable);
    }
  });
});

describe.each([
  {
    mail: 'passwordResetMail',
    email: 'active@example.com',
    after: 'users/get',
    of: 'password',
    codes: ['E0000034', 'E0000095', 'E0000119'],
  },
  {
    mail: 'unlockMail',
    email: 'locked@example.com',
    after: 'keys',
    of: 'unlock',
    codes: ['E0000032', 'E0000034', 'E0000095'],
  },
] as const)('$mail by way of the recovery endpoint', ({ mail, email, after, of, codes }) => {
  const path = `/api/v1/authn/recovery/${of}`;
  const request = (provider: IdentityProvider) => mailed(provider[mail](email, context));

  it.each([...codes.map((code) => [code, 403] as const), ['E0000118', 429] as const])(
    'keeps to itself what Okta says of the account: %s',
    async (code, status) => {
      const { provider, calls } = providerOn(okta);
      okta.fail({ path, fault: refused(code, status) });
      await request(provider);
      expect(calls).toMatchObject([
        { endpoint: after, failure: null },
        { endpoint: `authn/recovery/${of}`, failure: code },
      ]);
    },
  );

  it('reports limits that apply to all', async () => {
    const { provider } = providerOn(okta);
    okta.fail({ path, fault: refused('E0000047', 429) });
    await expect(request(provider)).rejects.toBeInstanceOf(RateLimited);
  });

  it('goes out as a public application, with no address in the URL', async () => {
    const { provider } = providerOn(okta);
    await request(provider);
    const seen = okta.requests.all().find((each) => each.path === path);
    expect(seen).toMatchObject({ method: 'POST', query: '' });
    expect(seen?.headers['authorization']).toBeUndefined();
  });
});
