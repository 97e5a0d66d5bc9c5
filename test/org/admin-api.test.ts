import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { AdminApiError, createAdminApi } from '../../src/org/admin-api.ts';
import { closeNow, listenLocally } from '../support/local-url.ts';

test.each([
  ['is not JSON', '{"id":'],
  ['is no object', '[]'],
])(
  'an answer to a change that %s is an error of the API, which may have been carried out',
  async (_, body) => {
    const server = createServer((_request, response) => response.end(body));
    onTestFinished(() => closeNow(server));
    const orgUrl = await listenLocally(server);
    const api = createAdminApi({ orgUrl, token: 'token', timeoutMs: 1000 });
    const failure = await api.send('POST', '/api/v1/groups', {}).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AdminApiError);
    expect(failure).toMatchObject({ status: null });
  },
);
