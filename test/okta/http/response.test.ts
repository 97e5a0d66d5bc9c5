import { processGenericTokenEndpointResponse } from 'oauth4webapi';
import { describe, expect, it } from 'vitest';
import { OktaResponse } from '../../../src/okta/http/response.ts';

const raw = {
  'content-type': 'application/json',
  'set-cookie': ['sid=; Path=/', 't=; Path=/'],
  'x-okta-request-id': 'req-1',
};
const answer = (status: number, text: string, headers = raw) =>
  new OktaResponse({ status, headers, text });

describe('an answer of Okta as a Response', () => {
  it('has the status, the headers and the body that were read', async () => {
    const response = answer(404, '{"errorCode":"E0000007"}');
    expect(response).toBeInstanceOf(Response);
    expect(response).toMatchObject({ status: 404, ok: false, bodyUsed: false });
    expect(await response.text()).toBe('{"errorCode":"E0000007"}');
    expect(await response.clone().json()).toEqual({ errorCode: 'E0000007' });
    expect(response.headers.getSetCookie()).toEqual(raw['set-cookie']);
    expect(answer(204, '').ok).toBe(true);
  });

  it('is read by oauth4webapi', async () => {
    const [server, client] = [{ issuer: 'https://org.example' }, { client_id: '0oa1' }];
    const token = answer(200, '{"access_token":"t","token_type":"Bearer"}');
    expect(await processGenericTokenEndpointResponse(server, client, token)).toEqual({
      access_token: 't',
      token_type: 'bearer',
    });
    const page = answer(200, '<html>');
    await expect(processGenericTokenEndpointResponse(server, client, page)).rejects.toMatchObject({
      code: 'OAUTH_PARSE_ERROR',
    });
  });
});
