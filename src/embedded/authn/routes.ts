import { Hono } from 'hono';
import { managementScopes } from '../management-auth.ts';
import type { Org } from '../org.ts';
import { ApiError, type EmbeddedEnv, readJson } from '../reply.ts';
import { changeExpiredPassword, resetPassword } from './passwords.ts';
import { authenticate } from './primary.ts';
import { redeemRecoveryToken, startRecovery } from './recovery.ts';
import { closeTransaction, findTransaction, requireStep } from './transactions.ts';

/** `/api/v1/authn`: https://developer.okta.com/docs/reference/api/authn/ */
export function authnRoutes(org: Org): Hono<EmbeddedEnv> {
  const app = new Hono<EmbeddedEnv>();
  app.post('/api/v1/authn', async (c) => c.json(await authenticate(org, await readJson(c))));
  app.post('/api/v1/authn/recovery/password', async (c) => {
    const trusted = await isTrusted(org, c.req.header('authorization'));
    return c.json(startRecovery(org, await readJson(c), trusted));
  });
  app.post('/api/v1/authn/recovery/token', async (c) =>
    c.json(redeemRecoveryToken(org, await readJson(c))),
  );
  app.post('/api/v1/authn/credentials/change_password', async (c) =>
    c.json(await changeExpiredPassword(org, await readJson(c))),
  );
  app.post('/api/v1/authn/credentials/reset_password', async (c) =>
    c.json(await resetPassword(org, await readJson(c))),
  );
  app.post('/api/v1/authn/cancel', async (c) => {
    const { transaction } = findTransaction(org, (await readJson(c))['stateToken']);
    requireStep(transaction, 'cancel');
    closeTransaction(org, transaction);
    return c.json(transaction.relayState === null ? {} : { relayState: transaction.relayState });
  });
  return app;
}

/** Without an API token a caller is the public; with a wrong one it is nobody. */
async function isTrusted(org: Org, authorization: string | undefined): Promise<boolean> {
  if (!authorization?.startsWith('SSWS ')) return false;
  if ((await managementScopes(org, authorization)) === null) throw new ApiError('E0000011');
  return true;
}
