import { customFetch } from 'oauth4webapi';
import { z } from 'zod';
import type { CallContext } from '../../identity/model.ts';
import { parseAnswer } from '../wire/answer.ts';
import type { OAuthClient } from './client.ts';

/** Requests a code or a push in direct authentication (developer.okta.com/docs/guides/configure-direct-auth-grants). */
export type SendDirectChallenge = (
  challenge: { readonly mfaToken: string; readonly channel: 'sms' | 'push' },
  context: CallContext,
) => Promise<DirectChallenge>;

const directChallenge = z.object({
  oob_code: z.string().min(1),
  /** Number matching: a number in Okta's examples, a string in its schema. */
  binding_code: z.union([z.string(), z.number()]).nullish(),
  interval: z.number().positive().optional(),
});
export type DirectChallenge = z.infer<typeof directChallenge>;

/** Okta's own grant types, despite the host name. */
export const mfaOtpGrant = 'http://auth0.com/oauth/grant-type/mfa-otp';
export const mfaOobGrant = 'http://auth0.com/oauth/grant-type/mfa-oob';

export function createDirectChallenge(oauthClient: OAuthClient): SendDirectChallenge {
  const { server, client } = oauthClient;
  const url = server.challenge_endpoint;
  return async ({ mfaToken, channel }, context) => {
    const body = new URLSearchParams({
      mfa_token: mfaToken,
      challenge_types_supported: `${mfaOobGrant} ${mfaOtpGrant}`,
      channel_hint: channel,
    });
    const answer = await oauthClient.call(
      {
        endpoint: 'challenge',
        url,
        async request(authenticate, options) {
          const headers = new Headers({
            accept: 'application/json',
            'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
          });
          await authenticate(server, client(), body, headers);
          return options[customFetch](url, { headers: Object.fromEntries(headers), body });
        },
        read: async (response): Promise<unknown> => response.json(),
      },
      context,
    );
    return parseAnswer(answer, directChallenge);
  };
}
