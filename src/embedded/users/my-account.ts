import { randomBytes, randomInt } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { logByUser } from '../events/account-events.ts';
import {
  ApiError,
  type EmbeddedEnv,
  InsufficientScope,
  isObject,
  notFound,
  readJson,
} from '../http/responses.ts';
import { liveAccessToken } from '../oauth/access-tokens.ts';
import { requireProof } from '../oauth/dpop.ts';
import { sameText } from '../oauth/management-auth.ts';
import { type Org, orgServerId } from '../org.ts';
import { serverTable } from '../settings/authorization-servers.ts';
import type { Mail, PendingEmailEntity, UserEntity } from '../store/entities.ts';
import { newId } from '../store/ids.ts';
import { saveUser } from '../store/store.ts';
import { checkProfile } from './profile.ts';
import { isoDate } from './user-json.ts';

type Ctx = Context<EmbeddedEnv>;

const challengeLifetime = 5 * 60_000;
const base = '/idp/myaccount/emails';

/**
 * `/idp/myaccount/emails`: how customers change their own address. Nothing changes before the
 * code that was mailed to the new address is verified.
 * https://developer.okta.com/docs/api/openapi/okta-myaccount/myaccount/tag/Email/
 */
export function myAccountRoutes(org: Org): Hono<EmbeddedEnv> {
  const app = new Hono<EmbeddedEnv>();
  app.get(base, async (c) => {
    const user = await caller(org, c, 'okta.myAccount.email.read');
    const current = { id: emailId(), email: user.profile.email, userId: user.id, challenge: null };
    return c.json([
      emailJson(org, current, 'VERIFIED'),
      ...pendingOf(org, user).map((email) => emailJson(org, email, 'UNVERIFIED')),
    ]);
  });
  app.post(base, async (c) => {
    const user = await caller(org, c, 'okta.myAccount.email.manage');
    return c.json(emailJson(org, await addEmail(org, c, user), 'UNVERIFIED'), 201);
  });
  app.post(`${base}/:id/challenge`, async (c) => {
    const user = await caller(org, c, 'okta.myAccount.email.manage');
    const email = pendingEmail(org, user, c.req.param('id'));
    return c.json(challengeJson(org, email, sendChallenge(org, email, user)), 201);
  });
  app.post(`${base}/:id/challenge/:challengeId/verify`, async (c) => {
    const user = await caller(org, c, 'okta.myAccount.email.manage');
    const { id, challengeId } = c.req.param();
    await verify(org, c, { user, email: pendingEmail(org, user, id), challengeId });
    return c.body(null, 200);
  });
  return app;
}

/** The active owner of the access token, from any authorization server. */
async function caller(org: Org, c: Ctx, scope: string): Promise<UserEntity> {
  const [scheme = '', token = ''] = (c.req.header('authorization') ?? '').split(' ');
  for (const serverId of [orgServerId, ...org.store.resources.of(serverTable).keys()]) {
    const live = await liveAccessToken(org, serverId, token);
    if (live === null || live.user === null) continue;
    const { claims } = live;
    await requireProof(org, c, { scheme: scheme.toLowerCase(), token, claims, scope });
    if (!live.token.scopes.includes(scope)) throw new InsufficientScope(scope);
    return live.user;
  }
  throw new ApiError('E0000011');
}

const emailId = () => randomBytes(16).toString('hex');

function pendingOf(org: Org, user: UserEntity): PendingEmailEntity[] {
  return [...org.store.pendingEmails.values()].filter(({ userId }) => userId === user.id);
}

function pendingEmail(org: Org, user: UserEntity, id: string): PendingEmailEntity {
  const email = org.store.pendingEmails.get(id);
  if (email?.userId !== user.id) throw notFound(id, 'UserProfileEmail');
  return email;
}

/** Sends no mail yet: `sendEmail` true is for clients that request no challenge. */
async function addEmail(org: Org, c: Ctx, user: UserEntity): Promise<PendingEmailEntity> {
  const { profile, role, sendEmail } = await readJson(c);
  if (role !== 'PRIMARY' || sendEmail !== false) throw new ApiError('E0000060');
  const address = isObject(profile) ? profile['email'] : undefined;
  const check = checkProfile({ ...user.profile, email: address }, org.store);
  if (!check.ok || typeof address !== 'string') {
    throw new ApiError('E0000001', { about: 'email', causes: ['Invalid email address.'] });
  }
  const own = [user.profile.email, ...pendingOf(org, user).map(({ email }) => email)];
  if (own.some((email) => email.toLowerCase() === address.toLowerCase())) {
    throw new ApiError('E0000157', {
      about: 'email',
      causes: ['The email is already registered to the current user profile.'],
    });
  }
  const entity = { id: emailId(), userId: user.id, email: address, challenge: null };
  org.store.pendingEmails.set(entity.id, entity);
  return entity;
}

type Challenge = NonNullable<PendingEmailEntity['challenge']>;

/** Sends a code to the new address and a notice to the current one. */
function sendChallenge(org: Org, email: PendingEmailEntity, user: UserEntity): Challenge {
  const code = String(randomInt(1_000_000)).padStart(6, '0');
  const id = `myaccount.${randomBytes(16).toString('base64url')}`;
  email.challenge = { id, code, expiresAt: org.now() + challengeLifetime };
  mail(org, 'EMAIL_CHANGE_CODE', {
    to: email.email,
    subject: 'Confirm email address change',
    code,
  });
  mail(org, 'EMAIL_CHANGE_NOTICE', {
    to: user.profile.email,
    subject: 'Notice of pending email address change',
    code: null,
  });
  return email.challenge;
}

function mail(org: Org, kind: Mail['kind'], message: Pick<Mail, 'to' | 'subject' | 'code'>): void {
  const sentAt = isoDate(org.now());
  org.store.mails.push({ id: newId('mail'), kind, token: null, link: null, sentAt, ...message });
}

async function verify(
  org: Org,
  c: Ctx,
  at: {
    readonly user: UserEntity;
    readonly email: PendingEmailEntity;
    readonly challengeId: string;
  },
): Promise<void> {
  const { user, email, challengeId } = at;
  const { verificationCode } = await readJson(c);
  const { challenge } = email;
  if (challenge?.id !== challengeId || challenge.expiresAt <= org.now()) {
    throw notFound(challengeId, 'IdpMyAccountChallenge');
  }
  if (!org.limits.allowCode(user.id)) throw new ApiError('E0000047');
  if (typeof verificationCode !== 'string' || !sameText(verificationCode, challenge.code)) {
    const causes = ['The verification challenge failed due to an invalid code.'];
    throw new ApiError('E0000004', { causes });
  }
  org.limits.forgiveCodes(user.id);
  org.store.pendingEmails.delete(email.id);
  user.profile = { ...user.profile, email: email.email };
  user.lastUpdated = org.now();
  saveUser(org.store, user);
  logByUser(org, 'user.account.update_primary_email', user);
}

const link = (href: string, ...allow: string[]) => ({ href, hints: { allow } });

function emailJson(
  org: Org,
  { id, email }: PendingEmailEntity,
  status: 'VERIFIED' | 'UNVERIFIED',
): Record<string, unknown> {
  const self = `${org.url()}${base}/${id}`;
  return {
    id,
    status,
    roles: ['PRIMARY'],
    profile: { email },
    _links: { self: link(self, 'GET', 'DELETE'), challenge: link(`${self}/challenge`, 'POST') },
  };
}

function challengeJson(org: Org, { id, email }: PendingEmailEntity, challenge: Challenge) {
  const self = `${org.url()}${base}/${id}/challenge/${challenge.id}`;
  return {
    id: challenge.id,
    status: 'UNVERIFIED',
    expiresAt: isoDate(challenge.expiresAt),
    profile: { email },
    _links: { verify: link(`${self}/verify`, 'POST'), poll: link(self, 'GET') },
  };
}
