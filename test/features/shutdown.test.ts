import { expect, test, vi } from 'vitest';
import {
  ChangePasswordDocument,
  RefreshTokenDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { startStack } from '../support/start.ts';
import { bearer, logIn, onBothFlows } from './flows.ts';

const newPassword = 'Another-Horse-9';

onBothFlows((stack) => {
  test('a change of password whose caller has gone ends the old sessions before the process ends', async () => {
    const { okta, gql } = stack();
    const stopping = await startStack({ beside: stack() });
    const before = await logIn(stopping);
    okta.requests.clear();
    const path = /\/credentials\/change_password$/;
    okta.fail({ path, fault: { kind: 'delay', ms: 300 } });

    const caller = new AbortController();
    const { password: currentPassword } = okta.seeded.customer;
    const answer = fetch(`${stopping.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer(before.accessToken) },
      body: JSON.stringify({
        query: ChangePasswordDocument.toString(),
        variables: { input: { currentPassword, newPassword } },
      }),
      signal: caller.signal,
    });
    const isChanging = () => okta.requests.all().some((request) => path.test(request.path));
    await vi.waitFor(() => expect(isChanging()).toBe(true), { timeout: 5_000, interval: 10 });
    caller.abort();
    await expect(answer).rejects.toThrow();
    await stopping.close();

    await logIn(stack(), { email: okta.seeded.customer.email, password: newPassword });
    const { data } = await gql(RefreshTokenDocument, {
      input: { refreshToken: before.refreshToken },
    });
    expect(data?.refreshToken.__typename).toBe('RefreshTokenRejected');
  });
});
