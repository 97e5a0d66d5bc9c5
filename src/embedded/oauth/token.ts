import { logRefused } from '../events/token-events.ts';
import { OAuthError } from '../http/responses.ts';
import { isEnabled } from '../settings/features.ts';
import { authenticateClient } from './client-auth.ts';
import { keyOfTokenRequest } from './dpop.ts';
import { currentNonce } from './dpop-nonces.ts';
import * as authorizationCode from './grants/authorization-code.ts';
import * as clientCredentials from './grants/client-credentials.ts';
import * as mfaOob from './grants/mfa-oob.ts';
import * as mfaOtp from './grants/mfa-otp.ts';
import * as password from './grants/password.ts';
import * as refreshToken from './grants/refresh-token.ts';
import { mfaGrants } from './mfa.ts';
import { type EndpointRequest, readForm } from './request.ts';

const grants = [authorizationCode, clientCredentials, password, refreshToken, mfaOtp, mfaOob];

export const supportedGrantTypes: readonly string[] = grants.map((grant) => grant.grantType);

/** `POST {base}/token` */
export async function token(request: EndpointRequest): Promise<Response> {
  const form = await readForm(request.c);
  const client = await authenticateClient(request, form);
  const grantType = form.get('grant_type');
  const supported = `[${supportedGrantTypes.join(', ')}]`;
  if (grantType === null || grantType === '') {
    const text = `The token request must specify a 'grant_type'. Valid values: ${supported}`;
    throw new OAuthError(400, 'invalid_request', text);
  }
  const grant = grants.find((candidate) => candidate.grantType === grantType);
  const { resources } = request.org.store;
  const isOff = mfaGrants.includes(grantType) && !isEnabled(resources, 'directAuth');
  if (grant === undefined || isOff) {
    const text = `The authorization grant type is not supported by the authorization server. Configured grant types: ${supported}.`;
    throw new OAuthError(400, 'unsupported_grant_type', text);
  }
  if (!client.grantTypes.includes(grantType)) {
    const configured = `[${client.grantTypes.join(', ')}]`;
    const text = `The client is not authorized to use the provided grant type. Configured grant types: ${configured}.`;
    throw new OAuthError(400, 'unauthorized_client', text);
  }
  const { org, server, c } = request;
  const jkt = await keyOfTokenRequest(org, c, client.requiresDpop);
  const answer = await grant.handle({ org, server, client, form, jkt }).catch((error: unknown) => {
    if (error instanceof OAuthError) {
      logRefused(org, { client, serverId: server.id, error: error.error });
    }
    throw error;
  });
  return Response.json(answer, {
    headers: {
      'cache-control': 'no-cache, no-store',
      pragma: 'no-cache',
      ...(jkt !== null && { 'dpop-nonce': currentNonce(org) }),
    },
  });
}
