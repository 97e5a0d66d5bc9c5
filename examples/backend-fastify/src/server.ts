import { createAccountBackend } from 'okta-account-backend';
import { createShop } from './shop.js';

// By default those of `npm start` in the root of this repository.
const {
  ACCOUNT_API_URL = 'http://127.0.0.1:4000',
  ACCOUNT_API_SERVICE_ID = '0oa1backend000000001',
  ACCOUNT_API_SERVICE_SECRET = 'embedded-org-backend-service-secret-0000001',
  CHECKOUT_SCOPE = 'email',
  PORT = '8080',
} = process.env;

const backend = createAccountBackend({
  url: ACCOUNT_API_URL,
  service: { id: ACCOUNT_API_SERVICE_ID, secret: ACCOUNT_API_SERVICE_SECRET },
  maxStaleSeconds: 30,
});
const shop = await createShop(backend, { checkoutScope: CHECKOUT_SCOPE });

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await shop.close();
    backend.close();
  });
}
await shop.listen({ port: Number(PORT), host: '127.0.0.1' });
