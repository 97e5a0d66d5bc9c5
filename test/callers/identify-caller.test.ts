import { expect, test } from 'vitest';
import { identifyCaller } from '../../src/callers/identify-caller.ts';
import { createServiceClients } from '../../src/callers/service-clients.ts';
import type { Shared } from '../../src/graphql/base/context.ts';

const clients = [
  { id: 'backend', secret: 'the-old-secret' },
  { id: 'backend', secret: 'the-new-secret' },
  { id: 'shop', secret: 'p:ä%s+ ' },
];
const shared = {
  services: {
    clients: createServiceClients(() => ({ serviceClients: clients })),
    scope: 'accounts.read',
  },
} as unknown as Shared;
const call = {
  requestId: 'test',
  signal: new AbortController().signal,
  shopper: null,
  address: null,
};

const callerOf = (pair: string) =>
  identifyCaller(`Basic ${Buffer.from(pair).toString('base64')}`, shared, call);
const nobody = { kind: 'rejected', code: 'CALLER_UNAUTHENTICATED' };

test('two secrets of one service are good side by side, so that one can replace the other', async () => {
  const backend = { kind: 'service', id: 'backend' };
  expect(await callerOf('backend:the-old-secret')).toEqual(backend);
  expect(await callerOf('backend:the-new-secret')).toEqual(backend);
});

test('a secret is taken as it is: in UTF-8, with colons, not form-encoded', async () => {
  expect(await callerOf('shop:p:ä%s+ ')).toEqual({ kind: 'service', id: 'shop' });
  expect(await callerOf('shop:p%3A%C3%A4%25s%2B+')).toEqual(nobody);
});

test.each([
  '',
  ':',
  'backend',
  'backend:',
  'shop:the-old-secret',
  'backend:the-old-secret\0',
  'x:y',
])('%j is not authenticated', async (pair) => {
  expect(await callerOf(pair)).toEqual(nobody);
});
