import { Hono } from 'hono';
import { type EmbeddedEnv, readJson } from '../http/responses.ts';
import { holdsApiToken } from '../oauth/management-auth.ts';
import type { Org } from '../org.ts';
import { activateFactor, enroll, resendActivation, skip } from './enrolment.ts';
import { goBack, resend, verify } from './factors.ts';
import { changeExpiredPassword, resetPassword } from './passwords.ts';
import { authenticate } from './primary.ts';
import { redeemRecoveryToken, startRecovery } from './recovery.ts';
import { closeTransaction, findTransaction, requireStep } from './transactions.ts';

/** `/api/v1/authn`: https://developer.okta.com/docs/reference/api/authn/ */
export function authnRoutes(org: Org): Hono<EmbeddedEnv> {
  const app = new Hono<EmbeddedEnv>();
  app.post('/api/v1/authn', async (c) => c.json(await authenticate(org, await readJson(c))));
  app.post('/api/v1/authn/recovery/password', async (c) => {
    const trusted = holdsApiToken(c);
    return c.json(startRecovery(org, await readJson(c), { type: 'PASSWORD', trusted }));
  });
  app.post('/api/v1/authn/recovery/unlock', async (c) => {
    const trusted = holdsApiToken(c);
    return c.json(startRecovery(org, await readJson(c), { type: 'UNLOCK', trusted }));
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
  app.post('/api/v1/authn/factors', async (c) => c.json(enroll(org, await readJson(c))));
  for (const [step, run] of Object.entries(factorSteps)) {
    app.post(`/api/v1/authn/factors/:id/${step}`, async (c) =>
      c.json(run(org, c.req.param('id'), await readJson(c))),
    );
  }
  app.post('/api/v1/authn/previous', async (c) => c.json(goBack(org, await readJson(c))));
  app.post('/api/v1/authn/skip', async (c) => c.json(skip(org, await readJson(c))));
  app.post('/api/v1/authn/cancel', async (c) => {
    const { transaction } = findTransaction(org, (await readJson(c))['stateToken']);
    requireStep(transaction, 'cancel');
    closeTransaction(org, transaction);
    return c.json(transaction.relayState === null ? {} : { relayState: transaction.relayState });
  });
  return app;
}

/** What a transaction may do with one factor. */
const factorSteps = {
  verify,
  'verify/resend': resend,
  'lifecycle/activate': activateFactor,
  'lifecycle/resend': resendActivation,
};
