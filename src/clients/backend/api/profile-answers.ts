import DataLoader from 'dataloader';
import type { Position } from '../cache/position.ts';
import { type ApiClient, faultOf } from './api-client.ts';
import { maxUsersAtOnce, usersDocument } from './documents.ts';
import { AccountApiUnavailable } from './unavailable.ts';

/** The account of a customer, as `User` of the schema has it. Dates are ISO 8601. */
export interface Profile {
  readonly id: string;
  readonly status: string;
  readonly login: string;
  readonly email: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly displayName: string | null;
  readonly mobilePhone: string | null;
  readonly locale: string | null;
  readonly createdAt: string;
  readonly updatedAt: string | null;
  /** The custom attributes that were asked for. */
  readonly [attribute: string]: unknown;
}

export interface StampedProfile {
  /** Null: there is no such account. */
  readonly profile: Profile | null;
  readonly stamp: Position | null;
}

export interface ProfileQuestion {
  readonly userId: string;
  readonly minimum: Position | null;
}

export type AskProfile = (question: ProfileQuestion) => Promise<StampedProfile>;

/** Users that are asked for in one turn of the event loop are read by one `users(ids)`. */
export function createProfileQuestions(api: ApiClient, attributes: readonly string[]): AskProfile {
  const query = usersDocument(attributes);
  const ask = async (questions: readonly ProfileQuestion[]) => {
    const { data, errors, stamp } = await api.ask({
      name: 'Users',
      query,
      variables: { ids: questions.map(({ userId }) => userId) },
      size: questions.length,
      minimum: questions.find(({ minimum }) => minimum !== null)?.minimum ?? null,
    });
    const users = data['users'];
    if (!Array.isArray(users)) throw new AccountApiUnavailable('BAD_ANSWER');
    return questions.map((_, index) => {
      const fault = errors.find(({ path }) => path?.[0] === 'users' && path[1] === index);
      const profile = Object.freeze((users[index] ?? null) as Profile | null);
      return fault === undefined ? { profile, stamp } : faultOf(fault);
    });
  };
  const loader = new DataLoader<ProfileQuestion, StampedProfile>(ask, {
    cache: false,
    maxBatchSize: maxUsersAtOnce,
    batchScheduleFn: setImmediate,
  });
  return (question) => loader.load(question);
}
