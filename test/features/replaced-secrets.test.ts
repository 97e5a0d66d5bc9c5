import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  ChangeExpiredPasswordDocument,
  LogInDocument,
  ValidateTokenDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { type Stack, startStack } from '../support/start.ts';

const [first, second] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
const hookSecret = 'a-secret-of-this-hook';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ secrets: { sealingKeys: [first] } });
});
afterAll(() => stack.close());

async function deliver(authorization: string): Promise<number> {
  const headers = { authorization, 'content-type': 'application/json' };
  const body = JSON.stringify({ data: { events: [] } });
  return (await fetch(`${stack.url}/hooks/okta`, { method: 'POST', headers, body })).status;
}

test('the secret of a backend is replaced without a gap, and the old one is refused', async () => {
  const old = { id: 'shop', secret: 'the-secret-before' };
  const next = { id: 'shop', secret: 'the-secret-from-now-on' };
  const codeFor = async ({ id, secret }: typeof old) => {
    const headers = { authorization: `Basic ${btoa(`${id}:${secret}`)}` };
    const input = { token: 'x' };
    const { errors, data } = await stack.gql(ValidateTokenDocument, { input }, headers);
    return errors?.[0]?.extensions?.['code'] ?? data?.validateToken?.active;
  };
  const form = new URLSearchParams({ token: 'x', client_id: 'shop', client_secret: next.secret });
  const introspect = async () =>
    (await fetch(`${stack.url}/introspect`, { method: 'POST', body: form })).status;
  expect(await introspect()).toBe(401);
  stack.replaceSecrets({ serviceClients: [old] });
  expect([await codeFor(old), await codeFor(next)]).toEqual([false, 'CALLER_UNAUTHENTICATED']);
  stack.replaceSecrets({ serviceClients: [old, next] });
  expect([await codeFor(old), await codeFor(next)]).toEqual([false, false]);
  stack.replaceSecrets({ serviceClients: [next] });
  expect([await codeFor(old), await codeFor(next)]).toEqual(['CALLER_UNAUTHENTICATED', false]);
  expect(await introspect()).toBe(200);
});

test('a hook is received from its first secret on, by each that counts', async () => {
  expect(await deliver(hookSecret)).toBe(404);
  stack.replaceSecrets({ hookSecrets: [hookSecret] });
  expect(await deliver(hookSecret)).toBe(204);
  stack.replaceSecrets({ hookSecrets: ['the-next-secret-of-it', hookSecret] });
  expect([await deliver(hookSecret), await deliver('the-next-secret-of-it')]).toEqual([204, 204]);
  stack.replaceSecrets({ hookSecrets: ['the-next-secret-of-it'] });
  expect(await deliver(hookSecret)).toBe(401);
});

test('a step that began under the sealing key before goes on as long as that key is there', async () => {
  const { customer } = stack.okta.seeded;
  const begin = async () => {
    stack.okta.setStatus(customer.email, 'PASSWORD_EXPIRED');
    const { data } = await stack.gql(LogInDocument, { input: customer });
    const { logIn } = data ?? {};
    if (logIn?.__typename !== 'PasswordExpired') expect.fail(JSON.stringify(data));
    return logIn.transaction;
  };
  const goOn = async (transaction: string) => {
    const currentPassword = customer.password;
    const input = { transaction, currentPassword, newPassword: 'Another-Horse-8' };
    const { data } = await stack.gql(ChangeExpiredPasswordDocument, { input });
    return data?.changeExpiredPassword?.__typename;
  };
  const [early, late] = [await begin(), await begin()];
  stack.replaceSecrets({ sealingKeys: [second, first] });
  expect(await goOn(early)).toBe('ChangeExpiredPasswordSuccess');
  stack.replaceSecrets({ sealingKeys: [second] });
  expect(await goOn(late)).toBe('TransactionInvalid');
});
