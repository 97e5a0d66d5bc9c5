import { logRefused } from '../events/token-events.ts';
import { ApiError, OAuthError } from '../http/responses.ts';
import { authenticateClient } from './client-auth.ts';
import * as authorizationCode from './grants/authorization-code.ts';
import * as clientCredentials from './grants/client-credentials.ts';
import * as mfaOob from './grants/mfa-oob.ts';
import * as mfaOtp from './grants/mfa-otp.ts';
import * as password from './grants/password.ts';
import * as refreshToken from './grants/refresh-token.ts';
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
  if (grant === undefined) {
    const text = `The authorization grant type is not supported by the authorization server. Configured grant types: ${supported}.`;
    throw new OAuthError(400, 'unsupported_grant_type', text);
  }
  if (!client.grantTypes.includes(grantType)) {
    const configured = `[${client.grantTypes.join(', ')}]`;
    const text = `The client is not authorized to use the provided grant type. Configured grant types: ${configured}.`;
    throw new OAuthError(400, 'unauthorized_client', text);
  }
  if (client.requiresDpop === true) requireDpopProof(request);
  const { org, server } = request;
  const answer = await grant.handle({ org, server, client, form }).catch((error: unknown) => {
    if (error instanceof OAuthError) {
      logRefused(org, { client, serverId: server.id, error: error.error });
    }
    throw error;
  });
  return Response.json(answer, {
    headers: { 'cache-control': 'no-cache, no-store', pragma: 'no-cache' },
  });
}

/**
 * Okta's answer to an API Services app with "Require Demonstrating Proof of Possession" on, which is
 * the default of the Admin Console. This org cannot check a proof.
 */
function requireDpopProof({ c }: EndpointRequest): void {
  if (c.req.header('dpop') !== undefined) throw new ApiError('E0000060');
  throw new OAuthError(400, 'invalid_dpop_proof', 'The DPoP proof JWT header is missing.');
}
