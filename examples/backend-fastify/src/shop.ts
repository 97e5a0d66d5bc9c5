import fastify from 'fastify';
import type { AccountBackend, Customer } from 'okta-account-backend';
import { account, customers } from 'okta-account-backend/fastify';

const orders = [{ number: 1001, item: 'A kettle', status: 'SENT' }];

export async function createShop(backend: AccountBackend, options: { checkoutScope: string }) {
  const app = fastify({ logger: true });
  await app.register(customers);

  // For a health check: `live` means that revocations arrive as they happen.
  app.get('/health', async () => ({ events: backend.status().state }));

  // From memory, about a microsecond for a token that was seen before.
  app.get('/orders', { onRequest: account(backend) }, async ({ customer }) => ({
    customer: await shown(customer),
    orders,
  }));

  // Where money moves: Okta is asked for this request, and the token needs a scope.
  const strict = account(backend, { fresh: true, scopes: [options.checkoutScope] });
  app.post('/checkout', { onRequest: strict }, async ({ customer }, reply) => {
    reply.code(201);
    return { customer: await shown(customer), number: 1002, checkedBy: customer?.checkedBy };
  });

  return app;
}

/** Profiles of all requests of one moment are read by one query, and kept for a minute. */
async function shown(customer: Customer | null) {
  const profile = await customer?.profile();
  const name = [profile?.firstName, profile?.lastName].filter(Boolean).join(' ');
  return { id: customer?.id, name, email: profile?.email };
}
