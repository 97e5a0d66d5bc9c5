import { getIntrospectionQuery } from 'graphql';
import { afterEach, expect, test } from 'vitest';
import { startOkta } from '../../embedded/start.ts';
import { type Stack, type StackOptions, startStack } from '../../support/start.ts';
import { gql, send } from '../tiny.ts';

const visit = { method: 'GET', headers: { accept: 'text/html' } };
const backend = { id: 'shop-backend', secret: 'a-secret-of-a-real-backend' };

const stacks: Stack[] = [];
afterEach(async () => {
  for (const stack of stacks.splice(0)) await stack.close();
});

async function start(options: StackOptions): Promise<Stack> {
  const stack = await startStack(options);
  stacks.push(stack);
  return stack;
}

test('GraphiQL holds the credentials of the embedded org’s own backend', async () => {
  const stack = await start({});
  expect((await send(stack.url, visit)).text).toContain(stack.basic);
});

test('GraphiQL holds a placeholder where the credentials are those of a real backend', async () => {
  const stack = await start({ serviceClient: backend });
  const page = await send(stack.url, visit);
  expect(page.status).toBe(200);
  expect(page.text).toContain('Basic {{serviceCredentials}}');
  expect(page.text).not.toContain(stack.basic);
  expect(page.text).not.toContain(Buffer.from(backend.secret).toString('base64').slice(0, 20));
});

test('on an address of the network there is nothing for developers', async () => {
  const { url } = await start({ server: { host: '0.0.0.0' } });
  expect((await send(url, visit)).status).toBe(405);
  expect((await gql(url, getIntrospectionQuery())).json.data).toBeUndefined();
});

test('with EXPOSE_DEVELOPMENT it is there, and so is an embedded org on 0.0.0.0', async () => {
  const { url } = await start({ server: { host: '0.0.0.0' }, exposeDevelopment: true });
  expect((await send(url, visit)).status).toBe(200);

  const org = await startOkta({ host: '0.0.0.0' });
  const { port, hostname } = new URL(org.url);
  expect(hostname).toBe('127.0.0.1');
  const elsewhere = await fetch(`http://127.0.0.2:${port}/outbox`);
  expect(elsewhere.status).toBe(200);
});
