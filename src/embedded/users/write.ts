import type { Context } from 'hono';
import { logOfUser } from '../events/account-events.ts';
import { ApiError, type EmbeddedEnv, isObject, readJson } from '../http/responses.ts';
import { sendMail } from '../mail.ts';
import type { Org } from '../org.ts';
import { passwordPolicyFor } from '../settings/password-policy.ts';
import type { Profile, UserEntity } from '../store/entities.ts';
import { newId } from '../store/ids.ts';
import { complexityProblem } from '../store/passwords.ts';
import { deleteUser, saveUser } from '../store/store.ts';
import { deactivate } from './lifecycle.ts';
import { checkProfile } from './profile.ts';
import { endPasswordStates, newPasswordProblem, replacePassword } from './sign-in-checks.ts';
import { entityTag, userJson } from './user-json.ts';

type Body = Readonly<Record<string, unknown>>;
type Ctx = Context<EmbeddedEnv>;

const maxGroups = 20;

/** `POST /api/v1/users` */
export async function createUser(org: Org, c: Ctx): Promise<Response> {
  const body = await readJson(c);
  const activate = c.req.query('activate') !== 'false';
  const expired = c.req.query('nextLogin') === 'changePassword';
  const password = passwordIn(body);
  if (expired && password === null) throw causedBy('E0000124', expiredWithoutPassword);
  if (expired && !activate) throw causedBy('E0000125', expiredWithoutActivation);
  const user = blankUser(org, checkedProfile(org, body['profile'], {}), groupIdsIn(body));
  requireFreeLogin(org, user);
  if (password !== null) {
    requirePassword(
      complexityProblem(password, user.profile, passwordPolicyFor(org.store.resources, user)),
    );
    await replacePassword(org, user, password);
    // Another request may have taken the login while the password was hashed.
    requireFreeLogin(org, user);
  }
  if (password !== null) user.statusChanged = org.now();
  if (activate) {
    user.status = expired ? 'PASSWORD_EXPIRED' : password === null ? 'PROVISIONED' : 'ACTIVE';
    user.activated = org.now();
    user.statusChanged = org.now();
  }
  saveUser(org.store, user);
  logOfUser(org, 'user.lifecycle.create', user);
  if (activate) logOfUser(org, 'user.lifecycle.activate', user);
  if (user.status === 'PROVISIONED') sendMail(org, user, 'ACTIVATION');
  return c.json(userJson(org, user));
}

const expiredWithoutPassword =
  'Could not create user. To create a user and expire their password immediately, a password must be specified.';
const expiredWithoutActivation =
  'Could not create user. To create a user and expire their password immediately, `activate` must be true.';

function causedBy(code: 'E0000124' | 'E0000125', cause: string): ApiError {
  return new ApiError(code, { causes: [cause] });
}

function blankUser(org: Org, profile: Profile, groupIds: string[]): UserEntity {
  return {
    id: newId('user'),
    status: 'STAGED',
    created: org.now(),
    activated: null,
    statusChanged: null,
    lastLogin: null,
    lastUpdated: org.now(),
    passwordChanged: null,
    profile,
    password: null,
    passwordHistory: [],
    failedAttempts: 0,
    groupIds,
  };
}

/** `POST` (`partial`: keeps the attributes that are not named) and `PUT` (clears them) `/api/v1/users/{id}` */
export async function updateUser(
  org: Org,
  c: Ctx,
  { user, partial }: { readonly user: UserEntity; readonly partial: boolean },
): Promise<Response> {
  const body = await readJson(c);
  const expected = c.req.header('if-match');
  if (expected !== undefined && expected !== entityTag(org, user)) throw new ApiError('E0000231');
  if (user.status === 'DEPROVISIONED') throw new ApiError('E0000038');
  const password = passwordIn(body);
  const profile =
    body['profile'] === undefined
      ? user.profile
      : checkedProfile(org, body['profile'], partial ? user.profile : {});
  const changed = { ...user, profile };
  requireFreeLogin(org, changed);
  if (password !== null) {
    const problem =
      c.req.query('strict') === 'true'
        ? await newPasswordProblem(org, changed, password)
        : complexityProblem(password, profile, passwordPolicyFor(org.store.resources, user));
    requirePassword(problem);
    await replacePassword(org, user, password);
    requireFreeLogin(org, changed);
    if (user.status !== 'LOCKED_OUT') endPasswordStates(org, user);
  }
  user.profile = profile;
  user.lastUpdated = org.now();
  saveUser(org.store, user);
  if (password !== null) logOfUser(org, 'user.account.update_password', user);
  if (body['profile'] !== undefined) logOfUser(org, 'user.account.update_profile', user);
  return c.json(userJson(org, user));
}

/** `DELETE /api/v1/users/{id}`: the first call deactivates, the second deletes. */
export function removeUser(org: Org, user: UserEntity): void {
  if (user.status !== 'DEPROVISIONED') {
    deactivate(org, user);
    return;
  }
  logOfUser(org, 'user.lifecycle.delete.initiated', user);
  deleteUser(org.store, user);
  logOfUser(org, 'user.lifecycle.delete.completed', user, { job: true });
}

function checkedProfile(org: Org, input: unknown, base: Body): Profile {
  if (input !== undefined && !isObject(input)) throw new ApiError('E0000003');
  const check = checkProfile({ ...base, ...input }, org.store);
  if (!check.ok) throw invalid(check.attribute, check.causes);
  return check.profile;
}

function requireFreeLogin(org: Org, user: UserEntity): void {
  const holder = org.store.userIdsByLogin.get(user.profile.login.toLowerCase());
  if (holder === undefined || holder === user.id) return;
  throw invalid('login', [
    'login: An object with this field already exists in the current organization',
  ]);
}

function requirePassword(problem: string | null): void {
  if (problem !== null) throw invalid('password', [`password: ${problem}`]);
}

function invalid(about: string, causes: readonly string[]): ApiError {
  return new ApiError('E0000001', { about, causes });
}

/** The password in clear; this org imports no hashes, asks no hooks and keeps no recovery questions. */
function passwordIn(body: Body): string | null {
  const { credentials } = body;
  if (credentials === undefined || credentials === null) return null;
  if (!isObject(credentials)) throw new ApiError('E0000003');
  if (credentials['recovery_question'] !== undefined) throw new ApiError('E0000060');
  const { password } = credentials;
  if (password === undefined || password === null) return null;
  if (!isObject(password)) throw new ApiError('E0000003');
  if (password['hash'] !== undefined || password['hook'] !== undefined) {
    throw new ApiError('E0000060');
  }
  const { value } = password;
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') throw new ApiError('E0000003');
  return value;
}

function groupIdsIn(body: Body): string[] {
  const groupIds = body['groupIds'] ?? [];
  if (!Array.isArray(groupIds) || !groupIds.every((id) => typeof id === 'string')) {
    throw new ApiError('E0000003');
  }
  if (groupIds.length > maxGroups) {
    throw new ApiError('E0000093', { causes: ['The number of group targets is too large'] });
  }
  return groupIds;
}
