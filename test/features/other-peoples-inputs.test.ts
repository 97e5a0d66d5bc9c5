import { expect, test } from 'vitest';
import {
  ActivateFactorDocument,
  EnrollFactorDocument,
  LogInDocument,
  LogOutDocument,
  RefreshTokenDocument,
  RequestPasswordResetDocument,
  RequestUnlockDocument,
  ResendVerificationEmailDocument,
  ResetPasswordDocument,
  SignUpDocument,
  UnlockAccountDocument,
  UpdateProfileDocument,
  ValidateTokenDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { names } from '../support/accounts.ts';
import { bearer, logIn, onBothFlows } from './flows.ts';

const password = 'Correct-Horse-7';
const email = 'demo@example.com';
const id = '00uprovisioned000000';
/** Logins that a URL cannot hold, and logins that are no addresses. */
const logins = [
  'acme/nora@example.com',
  'who?@example.com',
  'back\\slash@example.com',
  'quo"te/s@example.com',
  'nora.quill',
  'nq4471',
  'n@intranet',
];
const mailbox = (login: string) => `owner-${logins.indexOf(login)}@example.com`;
const seed = {
  users: [
    ...logins.map((login) => ({ login, email: mailbox(login), password })),
    { login: 'acme/locked', email: 'locked@example.com', password, status: 'LOCKED_OUT' },
    { id, login: 'acme/new', email: 'new@example.com', password: null, status: 'PROVISIONED' },
  ],
} as const;
const around = [
  (text: string) => `\u200B${text}`,
  (text: string) => `${text}\u200E`,
  (text: string) => `\u202A${text}\u202C`,
  (text: string) => `${text}\uFEFF\n`,
  (text: string) => `${text.slice(0, 1)}\u00AD${text.slice(1)}`,
  (text: string) => `\uFFFC${text}\u2800`,
  (text: string) => `'${text}'`,
  (text: string) => `\u201C${text}\u201D`,
  (text: string) => `(${text}).`,
  (text: string) => `_${text}_`,
  (text: string) => `"${text}" <${text}>`,
];

onBothFlows(
  (stack) => {
    const logInBy = async (name: string) => {
      const { data } = await stack().gql(LogInDocument, { input: { email: name, password } });
      return data?.logIn.__typename;
    };

    test.each(logins)(
      '%s is a login like any other: it logs in and gets a reset mail',
      async (login) => {
        expect(await logInBy(login)).toBe('LogInSuccess');
        await stack().gql(RequestPasswordResetDocument, { input: { email: login } });
        const [mail, ...others] = stack().okta.outbox.to(mailbox(login));
        expect(others).toEqual([]);
        const input = { resetToken: mail?.token ?? '', newPassword: 'Better-Battery-9' };
        const { data } = await stack().gql(ResetPasswordDocument, { input });
        expect(data?.resetPassword.__typename).toBe('ResetPasswordSuccess');
      },
    );

    test('an account whose login holds a slash is unlocked and verified by mail', async () => {
      await stack().gql(RequestUnlockDocument, { input: { email: 'acme/locked' } });
      const [unlock] = stack().okta.outbox.to('locked@example.com');
      const input = { token: `${unlock?.token}\n` };
      const { data } = await stack().gql(UnlockAccountDocument, { input });
      expect(data?.unlockAccount.__typename).toBe('UnlockAccountSuccess');
      await stack().gql(ResendVerificationEmailDocument, { input: { email: 'acme/new' } });
      expect(stack().okta.outbox.to('new@example.com')).toHaveLength(1);
    });

    test('an unknown login gets the same answers and calls as a known one', async () => {
      // The token of the management API is in the first answer of a stack.
      await stack().gql(RequestPasswordResetDocument, { input: { email: 'nobody' } });
      for (const [known, unknown] of [
        ['acme/nora@example.com', 'acme/nobody@example.com'],
        ['nora.quill', 'nora.nobody'],
      ] as const) {
        const seen = [];
        for (const name of [known, unknown]) {
          stack().okta.requests.clear();
          const { data, errors } = await stack().gql(RequestPasswordResetDocument, {
            input: { email: name },
          });
          const calls = stack()
            .okta.requests.all()
            .map(({ method, path }) => `${method} ${path.replace(name, ':login')}`);
          seen.push(JSON.stringify({ data, errors, calls }));
        }
        expect(seen[1]).toBe(seen[0]);
      }
    });

    test('an id, `me` and a dot reach no other account', async () => {
      expect(stack().okta.outbox.all()).toEqual([]);
      for (const name of [id, '.', 'ME']) {
        await stack().gql(ResendVerificationEmailDocument, { input: { email: name } });
      }
      expect(stack().okta.outbox.to('new@example.com')).toEqual([]);
    });

    test.each(around)(
      'invisible characters and what stands around lead to the same account, and open no other: %s',
      async (wrap) => {
        expect(await logInBy(wrap(email))).toBe('LogInSuccess');
        const input = { ...names, email: wrap('fresh@example.com'), password };
        await stack().gql(SignUpDocument, { input });
        expect(await logInBy('fresh@example.com')).toBe('LogInSuccess');
        await stack().gql(RequestPasswordResetDocument, { input: { email: wrap(email) } });
        expect(stack().okta.outbox.to(email)).toHaveLength(1);
      },
    );

    test.each([
      '"fresh"@example.com',
      '(fresh@example.com',
      '\u201Cfresh@example.com',
      'mailto:mailto:mailto:fresh@example.com',
      'fr esh@example.com',
      'a,fresh@example.com',
      'fresh@[example.com]',
      'fresh@_example.com',
      'fresh@example-.com',
      '\uFFFDfresh@example.com',
      '\uF8FFfresh@example.com',
      '\uFDD0fresh@example.com',
      '\u2192fresh@example.com',
    ])('%s opens no account', async (text) => {
      const { data } = await stack().gql(SignUpDocument, {
        input: { ...names, email: text, password },
      });
      expect(data?.signUp).toMatchObject({
        __typename: 'ValidationFailed',
        fields: [{ field: 'email', problem: 'MALFORMED' }],
      });
    });

    test('a phone number out of an address book is taken as people see it', async () => {
      const { accessToken } = await logIn(stack());
      const input = { mobilePhone: '\u202A+1\u00A0555\u2011415\u20091337\u202C' };
      const { data } = await stack().gql(UpdateProfileDocument, { input }, bearer(accessToken));
      expect(data?.updateProfile).toMatchObject({ user: { mobilePhone: '+1 555-415 1337' } });
    });

    test('a code is taken as messages group it and as keyboards of other scripts write it', async () => {
      const headers = bearer((await logIn(stack())).accessToken);
      const factor = { type: 'SMS', phoneNumber: '\u202A+1 555 415 1337\u202C', password } as const;
      const enrolled = await stack().gql(EnrollFactorDocument, { input: factor }, headers);
      if (enrolled.data?.enrollFactor.__typename !== 'EnrollFactorSuccess') throw new Error('none');
      const factorId = enrolled.data.enrollFactor.factor.id;
      const code =
        stack()
          .okta.outbox.all()
          .findLast((mail) => mail.code)?.code ?? '';
      const shown = [...code].map((digit) => String.fromCodePoint(0x0660 + Number(digit)));
      const input = {
        factorId,
        code: `\u202A${shown.slice(0, 3).join('')}-${shown.slice(3).join('')}\u202C`,
      };
      const { data } = await stack().gql(ActivateFactorDocument, { input }, headers);
      expect(data?.activateFactor.__typename).toBe('ActivateFactorSuccess');
    });

    test('tokens are taken as they are pasted', async () => {
      const { accessToken, refreshToken } = await logIn(stack());
      const service = { authorization: stack().basic };
      const broken = `${accessToken.slice(0, 70)}\r\n ${accessToken.slice(70)}\n`;
      for (const token of [`Bearer ${accessToken}`, broken, `\u200B${accessToken}`]) {
        const { data } = await stack().gql(ValidateTokenDocument, { input: { token } }, service);
        expect(data?.validateToken).toMatchObject({ active: true });
      }
      const refreshed = await stack().gql(RefreshTokenDocument, {
        input: { refreshToken: `${refreshToken}\n` },
      });
      expect(refreshed.data?.refreshToken.__typename).toBe('RefreshTokenSuccess');
      const input = { accessToken: `bearer ${accessToken}` };
      const { data } = await stack().gql(LogOutDocument, { input });
      expect(data?.logOut.__typename).toBe('LogOutSuccess');
      const ended = await stack().gql(
        ValidateTokenDocument,
        { input: { token: accessToken } },
        service,
      );
      expect(ended.data?.validateToken).toMatchObject({ active: false, reason: 'REVOKED' });
    });
  },
  // Okta's SDK takes seconds to load on a busy machine.
  { seed, accounts: { enumeration: 'open' }, okta: { callTimeoutMs: 8_000 } },
);
