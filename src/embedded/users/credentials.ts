import type { Context } from 'hono';
import { logOfUser } from '../events/account-events.ts';
import { endSessions } from '../events/end-sessions.ts';
import { ApiError, type EmbeddedEnv, isObject, readJson } from '../http/responses.ts';
import { issueMailToken, recoveryUrl, sendMail } from '../mail.ts';
import { type Org, personOf } from '../org.ts';
import { passwordPolicyFor } from '../settings/password-policy.ts';
import type { UserEntity, UserStatus } from '../store/entities.ts';
import { passwordMatches } from '../store/passwords.ts';
import {
  endPasswordStates,
  isTooYoung,
  newPasswordProblem,
  replacePassword,
} from './sign-in-checks.ts';
import { credentialsJson } from './user-json.ts';

const mayChange: readonly UserStatus[] = ['STAGED', 'ACTIVE', 'PASSWORD_EXPIRED', 'RECOVERY'];

/** `POST /api/v1/users/{id}/credentials/change_password` */
export async function changePassword(
  org: Org,
  c: Context<EmbeddedEnv>,
  user: UserEntity,
): Promise<Response> {
  const body = await readJson(c);
  const oldPassword = passwordValue(body['oldPassword']);
  const newPassword = passwordValue(body['newPassword']);
  if (!mayChange.includes(user.status)) throw new ApiError('E0000038');
  if (
    user.password === null ||
    !passwordPolicyFor(org.store.resources, personOf(org, user)).mayChange
  ) {
    throw new ApiError('E0000035');
  }
  if (!(await passwordMatches(oldPassword, user.password))) {
    throw updateFailed('Old Password is not correct');
  }
  if (c.req.query('strict') === 'true' && isTooYoung(org, user)) throw new ApiError('E0000035');
  const problem = await newPasswordProblem(org, user, newPassword);
  if (problem !== null) throw updateFailed(problem);
  await replacePassword(org, user, newPassword);
  endPasswordStates(org, user);
  logOfUser(org, 'user.account.update_password', user);
  if (body['revokeSessions'] === true) endSessions(org, user);
  return c.json(credentialsJson(user));
}

function passwordValue(credential: unknown): string {
  const value = isObject(credential) ? credential['value'] : undefined;
  if (typeof value !== 'string') throw new ApiError('E0000003');
  return value;
}

const updateFailed = (cause: string) => new ApiError('E0000014', { causes: [cause] });

/** `POST /api/v1/users/{id}/credentials/forgot_password`: the old password stays valid. */
export function forgotPassword(org: Org, c: Context<EmbeddedEnv>, user: UserEntity): Response {
  const { mayReset } = passwordPolicyFor(org.store.resources, personOf(org, user));
  if (user.status !== 'ACTIVE' || user.password === null || !mayReset) {
    throw new ApiError('E0000034');
  }
  if (c.req.query('sendEmail') !== 'false') {
    sendMail(org, user, 'PASSWORD_RESET');
    return c.json({});
  }
  const token = issueMailToken(org, user, 'PASSWORD_RECOVERY');
  return c.json({ resetPasswordUrl: recoveryUrl(org, token) });
}
