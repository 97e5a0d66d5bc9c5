import type { Mail, MailTokenEntity, UserEntity } from './entities.ts';
import { newId, newToken } from './ids.ts';
import type { Org } from './org.ts';

/** Okta's recovery and activation tokens have 20 characters. */
const tokenLength = 20;
const minute = 60_000;
const activationLifetime = 7 * 24 * 60 * minute;

/** A fresh one-time token; sending it is the caller's matter. */
export function issueMailToken(
  org: Org,
  user: UserEntity,
  purpose: MailTokenEntity['purpose'],
): string {
  const token = newToken(tokenLength);
  const lifetime =
    purpose === 'ACTIVATION'
      ? activationLifetime
      : org.store.passwordPolicy.recoveryTokenLifetimeMinutes * minute;
  org.store.mailTokens.set(token, {
    token,
    userId: user.id,
    purpose,
    expiresAt: org.now() + lifetime,
    used: false,
  });
  return token;
}

/** Null for a token that is unknown, used, over, or of a user who is gone. */
export function openMailToken(
  org: Org,
  token: string,
): { readonly entity: MailTokenEntity; readonly user: UserEntity } | null {
  const entity = org.store.mailTokens.get(token);
  if (entity === undefined || entity.used || entity.expiresAt <= org.now()) return null;
  const user = org.store.users.get(entity.userId);
  return user === undefined ? null : { entity, user };
}

/** No link that was mailed to the user works any more. */
export function useUpMailTokens(org: Org, user: UserEntity): void {
  for (const token of org.store.mailTokens.values()) {
    if (token.userId === user.id) token.used = true;
  }
}

export function activationUrl(org: Org, token: string): string {
  return `${org.url()}/welcome/${token}`;
}

/** As in the mail and in the answer of `forgot_password`. */
export function recoveryUrl(org: Org, token: string): string {
  return `${org.url()}/signin/reset-password/${token}`;
}

const subjects: Readonly<Record<Mail['kind'], string>> = {
  ACTIVATION: 'Welcome: activate your account',
  PASSWORD_RESET: 'Reset your password',
};

/** Puts a mail with a fresh token into the outbox. */
export function sendMail(org: Org, user: UserEntity, kind: Mail['kind']): void {
  const activation = kind === 'ACTIVATION';
  const token = issueMailToken(org, user, activation ? 'ACTIVATION' : 'PASSWORD_RECOVERY');
  org.store.mails.push({
    id: newId('mail'),
    kind,
    to: user.profile.email,
    subject: subjects[kind],
    token,
    link: activation ? activationUrl(org, token) : recoveryUrl(org, token),
    sentAt: new Date(org.now()).toISOString(),
  });
}
