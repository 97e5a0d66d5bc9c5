import type { OktaConfig } from '../config.ts';
import type { CallContext, NewUser, User } from '../identity/model.ts';
import { matched } from './failure.ts';
import type { Management } from './management.ts';
import { type OktaUser, oktaId, oktaUser } from './wire-types.ts';

export interface Users {
  create(user: NewUser, context: CallContext): Promise<User>;
  find(ids: readonly string[], context: CallContext): Promise<ReadonlyMap<string, User>>;
  /**
   * Okta's sessions and, with them, all OAuth tokens of the account.
   * @param userId becomes part of a path: an id that Okta gave, never one that a caller sent
   */
  endSessions(userId: string, context: CallContext): Promise<void>;
}

/** One request of ours must not take up the org's concurrent limit (35 to 75 calls). */
const maxChunksInFlight = 4;
/** A page of `GET /users`; a chunk fits into one page, so there is never a second. */
const maxPage = 200;

export function createUsers(
  management: Management,
  config: Pick<OktaConfig, 'userBatchSize' | 'signUpGroupIds'>,
): Users {
  const findChunk = (ids: readonly string[], context: CallContext) =>
    management('users/list', context, async (api) => {
      const page = await api.listUsers(byIds(ids));
      // One page and no more, even if a Link says there is another.
      return matched(await page.getNextPage(), oktaUser.array());
    });

  return {
    create: (user, context) =>
      management('users/create', context, async (api) => {
        const body = newUserRequest(user, config.signUpGroupIds);
        return toUser(matched(await api.createUser({ body, activate: true }), oktaUser));
      }),

    async find(ids, context) {
      const wanted = new Set(ids.filter((id) => oktaId.safeParse(id).success));
      const found = new Map<string, User>();
      const pending = chunked([...wanted], Math.min(config.userBatchSize, maxPage));
      const lane = async () => {
        try {
          for (let chunk = pending.pop(); chunk !== undefined; chunk = pending.pop()) {
            for (const user of await findChunk(chunk, context)) {
              if (wanted.has(user.id)) found.set(user.id, toUser(user));
            }
          }
        } catch (error) {
          // One chunk without an answer fails them all: send no more.
          pending.length = 0;
          throw error;
        }
      };
      await Promise.all(Array.from({ length: maxChunksInFlight }, lane));
      return found;
    },

    endSessions: (userId, context) =>
      management('users/sessions/revoke', context, (api) =>
        api.revokeUserSessions({ userId, oauthTokens: true }),
      ),
  };
}

/**
 * `filter` and not `search`: search is eventually consistent and would miss an account for a moment
 * after its sign-up. The ids are letters and digits only, so nothing in them can end a string.
 */
function byIds(ids: readonly string[]): { readonly filter: string; readonly limit: number } {
  return { filter: ids.map((id) => `id eq "${id}"`).join(' or '), limit: maxPage };
}

function chunked(ids: readonly string[], size: number): string[][] {
  const chunks: string[][] = [];
  for (let start = 0; start < ids.length; start += size)
    chunks.push(ids.slice(start, start + size));
  return chunks;
}

/** Only what was given: which attributes an org's schema requires is up to the org. */
function newUserRequest(user: NewUser, groupIds: readonly string[]) {
  const { email, password, firstName, lastName, mobilePhone, locale } = user;
  return {
    profile: {
      login: email,
      email,
      ...(firstName === null ? {} : { firstName }),
      ...(lastName === null ? {} : { lastName }),
      ...(mobilePhone === null ? {} : { mobilePhone }),
      ...(locale === null ? {} : { locale }),
    },
    credentials: { password: { value: password } },
    ...(groupIds.length === 0 ? {} : { groupIds: [...groupIds] }),
  };
}

function toUser({ id, status, created, lastUpdated, profile }: OktaUser): User {
  return {
    id,
    status,
    login: profile.login,
    email: profile.email,
    firstName: profile.firstName ?? null,
    lastName: profile.lastName ?? null,
    displayName: profile.displayName ?? null,
    mobilePhone: profile.mobilePhone ?? null,
    locale: profile.locale ?? null,
    createdAt: created,
    updatedAt: lastUpdated ?? null,
  };
}
