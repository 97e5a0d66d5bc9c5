import { beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedOkta } from '../../../src/embedded/handle.ts';
import { startOkta } from '../../embedded/start.ts';
import { callContext, newUser, providerOn } from '../start.ts';

const newEmail = 'new@example.com';
const password = 'Correct-Horse-7';
/** The Okta SDK takes a while to load. */
const timeout = 4_000;

let okta: EmbeddedOkta;
beforeAll(async () => {
  okta = await startOkta();
});

describe.each(['password', 'authn'] as const)('with the %s flow', (logInFlow) => {
  it('a caller who goes away from a request leaves no token behind', async () => {
    await okta.reset();
    const { provider, calls } = providerOn(okta, { logInFlow });
    const user = await provider.createUser(newUser('ada@example.com', password), callContext());
    okta.fail({ path: /\/challenge$/, times: 1, fault: { kind: 'delay', ms: 500 } });
    const gone = new AbortController();
    const requested = provider.requestEmailChange(
      user,
      { newEmail, password },
      callContext(gone.signal),
    );
    const outcome = expect(requested).rejects.toThrow('gone');
    await expect.poll(() => okta.outbox.to(newEmail).length, { timeout }).toBe(1);
    gone.abort(new Error('gone'));
    await outcome;
    await expect
      .poll(() => calls.at(-1), { timeout })
      .toMatchObject({ endpoint: 'revoke', failure: null });
  });
});
