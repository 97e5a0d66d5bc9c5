import type { Client, UserProfile } from '@okta/okta-sdk-nodejs';
import { z } from 'zod';
import type { OktaConfig } from '../../config.ts';
import { UpstreamUnavailable } from '../../identity/errors.ts';
import type {
  Attributes,
  AttributeValue,
  CallContext,
  NewUser,
  ProfileChanges,
  UnverifiedUser,
  User,
} from '../../identity/model.ts';
import type { FoundUsers } from '../../identity/port.ts';
import { profileFields } from '../../identity/profile-schema.ts';
import { nameRefusedAttributes } from '../errors/profile-rejection.ts';
import { parseAnswer, unexpectedAnswer } from '../wire/answer.ts';
import { placeOf, type Skip, unreadableAt } from '../wire/members.ts';
import { isTooLarge } from '../wire/no-answer.ts';
import { type OktaUser, oktaId, oktaUser } from '../wire/schemas.ts';
import type { Management } from './sdk.ts';

/** `POST /users/{id}`: absent attributes stay as they are, and null clears one. */
export function createProfileUpdate(management: Management) {
  return (
    userId: string,
    { attributes, ...changes }: ProfileChanges,
    context: CallContext,
  ): Promise<User> => {
    // Fields come last, so that no attribute can replace one. The SDK's type allows neither lists nor
    // null.
    const profile = { ...attributes, ...changes } as UserProfile;
    return nameRefusedAttributes(profile, () =>
      management('users/update', context, async (api, _sdk, skip) =>
        readUser(await api.updateUser({ userId, user: { profile } }), skip),
      ),
    );
  };
}

export interface Users {
  create(user: NewUser, context: CallContext): Promise<User>;
  /** Without a password, so Okta makes it PROVISIONED and sends the activation mail. */
  createUnverified(user: UnverifiedUser, context: CallContext): Promise<User>;
  find(ids: readonly string[], context: CallContext): Promise<FoundUsers>;
}

type NewUserRequest = Parameters<Client['userApi']['createUser']>[0]['body'];

/** One request of ours must not take up the org's concurrent limit (35 to 75 calls). */
const maxChunksInFlight = 4;
/** A page of `GET /users`; a chunk fits into one page, so there is never a second. */
const maxPage = 200;

export function createUsers(
  management: Management,
  config: Pick<OktaConfig, 'userBatchSize' | 'signUpGroupIds'>,
): Users {
  const findChunk = (ids: readonly string[], context: CallContext) =>
    management('users/list', context, async (api, _sdk, skip) => {
      const page = await api.listUsers(byIds(ids));
      // Only one page, even with a Link to another.
      return readPage(parseAnswer(await page.getNextPage(), z.array(z.unknown())), ids, skip);
    });

  const create = (body: NewUserRequest, context: CallContext) =>
    nameRefusedAttributes(body.profile, () =>
      management('users/create', context, async (api, _sdk, skip) =>
        readUser(await api.createUser({ body, activate: true }), skip),
      ),
    );

  return {
    create: (user, context) => {
      const credentials = { password: { value: user.password } };
      return create({ ...newUserRequest(user, config.signUpGroupIds), credentials }, context);
    },
    createUnverified: (user, context) =>
      create(newUserRequest(user, config.signUpGroupIds), context),

    async find(ids, context) {
      const wanted = new Set(ids.filter((id) => oktaId.safeParse(id).success));
      const found = new Map<string, User | UpstreamUnavailable>();
      const pending = chunked([...wanted], Math.min(config.userBatchSize, maxPage));
      const worker = async () => {
        try {
          for (let chunk = pending.pop(); chunk !== undefined; chunk = pending.pop()) {
            const users = await unlessTooLarge(findChunk(chunk, context));
            if (users === null) pending.push(...halves(chunk));
            for (const [id, user] of users ?? []) {
              if (wanted.has(id)) found.set(id, user);
            }
          }
        } catch (error) {
          // A failed chunk fails the whole call, so no more are sent.
          pending.length = 0;
          throw error;
        }
      };
      await Promise.all(Array.from({ length: maxChunksInFlight }, worker));
      return found;
    },
  };
}

/** @throws UpstreamUnavailable if the answer is not a user */
export function readUser(answer: unknown, skip: Skip): User {
  return toUser(parseAnswer(answer, oktaUser), skip);
}

const withId = z.object({ id: oktaId });

/**
 * Reads each user of a page separately. A member without an id may be any of the missing ids, so
 * these are not known to be deleted.
 */
function readPage(page: readonly unknown[], ids: readonly string[], skip: Skip): FoundUsers {
  const found = new Map<string, User | UpstreamUnavailable>();
  let unnamed: UpstreamUnavailable | null = null;
  for (const member of page) {
    const user = readMember(member, skip);
    const named = withId.safeParse(member);
    if (named.success) found.set(named.data.id, user);
    else if (user instanceof UpstreamUnavailable) unnamed ??= user;
  }
  if (unnamed !== null) {
    for (const id of ids) if (!found.has(id)) found.set(id, unnamed);
  }
  return found;
}

function readMember(member: unknown, skip: Skip): User | UpstreamUnavailable {
  const parsed = oktaUser.safeParse(member);
  if (parsed.success) return toUser(parsed.data, skip);
  const place = placeOf(parsed.error);
  skip(place);
  return unreadableAt(place);
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

/** Null if the page exceeds the size limit: an org may define profiles of any size. */
async function unlessTooLarge<Page>(page: Promise<Page>): Promise<Page | null> {
  try {
    return await page;
  } catch (error) {
    if (isTooLarge(error)) return null;
    throw error;
  }
}

/** @throws UpstreamUnavailable if a single user is too large */
function halves(chunk: readonly string[]): string[][] {
  if (chunk.length < 2) throw unexpectedAnswer('a profile that is larger than any page');
  return chunked(chunk, Math.ceil(chunk.length / 2));
}

/** Without absent attributes. The org's schema decides which are required. */
function newUserRequest(user: UnverifiedUser, groupIds: readonly string[]): NewUserRequest {
  const { email, firstName, lastName, mobilePhone, locale } = user;
  return {
    profile: {
      ...user.attributes,
      login: email,
      email,
      ...(firstName === null ? {} : { firstName }),
      ...(lastName === null ? {} : { lastName }),
      ...(mobilePhone === null ? {} : { mobilePhone }),
      ...(locale === null ? {} : { locale }),
    },
    ...(groupIds.length === 0 ? {} : { groupIds: [...groupIds] }),
  };
}

/** The attributes that are fields of User. */
const ownFields: ReadonlySet<string> = new Set(['login', ...profileFields]);

function attributesOf(profile: OktaUser['profile']): Attributes {
  return Object.fromEntries(
    Object.entries(profile).filter(
      (entry): entry is [string, AttributeValue] =>
        !ownFields.has(entry[0]) && isAttributeValue(entry[1]),
    ),
  );
}

function isAttributeValue(value: unknown): value is AttributeValue {
  if (!Array.isArray(value)) return ['string', 'number', 'boolean'].includes(typeof value);
  return value.every((member) => ['string', 'number'].includes(typeof member));
}

export function toUser(user: OktaUser, skip: Skip): User {
  const { id, status, created, lastUpdated, profile } = user;
  if (status === 'UNKNOWN') skip('status');
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
    attributes: attributesOf(profile),
    createdAt: created,
    updatedAt: lastUpdated ?? null,
  };
}
