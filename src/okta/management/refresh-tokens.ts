import { z } from 'zod';
import type { CallContext } from '../../identity/model.ts';
import { SessionNotFound } from '../../identity/own-account-errors.ts';
import { parseAnswer } from '../wire/answer.ts';
import { readEach } from '../wire/members.ts';
import { type OktaRefreshToken, oktaRefreshToken } from '../wire/schemas.ts';
import type { Management } from './sdk.ts';

interface Holder {
  readonly userId: string;
  readonly clientId: string;
}

/** The refresh tokens of a customer that Okta has issued to an app. */
export interface RefreshTokens {
  /** Empty if the app has no tokens of the account. */
  list(holder: Holder, context: CallContext): Promise<ListedTokens>;
  /** Revokes its access tokens too. @returns false if it was revoked or expired before */
  revoke(token: Holder & { readonly tokenId: string }, context: CallContext): Promise<boolean>;
}

export interface ListedTokens {
  readonly tokens: readonly OktaRefreshToken[];
  /** Whether there were tokens without an id, which cannot be revoked. */
  readonly hasOthers: boolean;
}

const maxPage = 200;
const none: ListedTokens = { tokens: [], hasOthers: false };

export function createRefreshTokens(management: Management): RefreshTokens {
  return {
    list: (holder, context) =>
      unlessNotFound(none, () =>
        management('users/clients/tokens/list', context, async (api, _sdk, skip) => {
          const pages = await api.listRefreshTokensForUserAndClient({ ...holder, limit: maxPage });
          const members: unknown[] = [];
          // Without a next page the SDK answers with an empty one.
          for (;;) {
            const page = parseAnswer(await pages.getNextPage(), z.array(z.unknown()));
            if (page.length === 0) break;
            members.push(...page);
          }
          const tokens = readEach(members, oktaRefreshToken, skip);
          return { tokens, hasOthers: tokens.length < members.length };
        }),
      ),

    revoke: (token, context) =>
      unlessNotFound(false, async () => {
        await management('users/clients/tokens/revoke', context, (api) =>
          api.revokeTokenForUserAndClient(token),
        );
        return true;
      }),
  };
}

/** Okta answers 404 for a token that is revoked or expired, and for an app without tokens of the account. */
async function unlessNotFound<Answer>(
  otherwise: Answer,
  work: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SessionNotFound) return otherwise;
    throw error;
  }
}
