import type { Org } from './org.ts';
import { customizationFor, isSent } from './settings/brands.ts';
import { passwordPolicyFor } from './settings/password-policy.ts';
import type { Mail, MailTokenEntity, UserEntity } from './store/entities.ts';
import { newId, newToken } from './store/ids.ts';

/** Okta's recovery and activation tokens have 20 characters. */
const tokenLength = 20;
const minute = 60_000;
const activationLifetime = 7 * 24 * 60 * minute;

/** A new one-time token; the caller sends it. */
export function issueMailToken(
  org: Org,
  user: UserEntity,
  purpose: MailTokenEntity['purpose'],
): string {
  const token = newToken(tokenLength);
  const lifetime =
    purpose === 'ACTIVATION'
      ? activationLifetime
      : passwordPolicyFor(org.store.resources, user).recoveryTokenLifetimeMinutes * minute;
  org.store.mailTokens.set(token, {
    token,
    userId: user.id,
    purpose,
    expiresAt: org.now() + lifetime,
    used: false,
  });
  return token;
}

export interface OpenedMailToken {
  readonly entity: MailTokenEntity;
  readonly user: UserEntity;
}

/** Null for a token that is unknown, used, expired, or of a deleted user. */
export function openMailToken(org: Org, token: string): OpenedMailToken | null {
  const entity = org.store.mailTokens.get(token);
  if (entity === undefined || entity.used || entity.expiresAt <= org.now()) return null;
  const user = org.store.users.get(entity.userId);
  return user === undefined ? null : { entity, user };
}

/** Invalidates all links that were mailed to the user. */
export function invalidateMailTokens(org: Org, user: UserEntity): void {
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

function unlockUrl(org: Org, token: string): string {
  return `${org.url()}/signin/unlock-account/${token}`;
}

interface TokenMail {
  readonly subject: string;
  /** Okta's name of it, by which a brand customizes it. */
  readonly template: string;
  readonly purpose: MailTokenEntity['purpose'];
  readonly url: (org: Org, token: string) => string;
}

/** The mails that bring a one-time token. */
const tokenMails = {
  ACTIVATION: {
    subject: 'Welcome: activate your account',
    template: 'UserActivation',
    purpose: 'ACTIVATION',
    url: activationUrl,
  },
  PASSWORD_RESET: {
    subject: 'Reset your password',
    template: 'ForgotPassword',
    purpose: 'PASSWORD_RECOVERY',
    url: recoveryUrl,
  },
  ACCOUNT_UNLOCK: {
    subject: 'Unlock your account',
    template: 'SelfServiceUnlock',
    purpose: 'ACCOUNT_UNLOCK',
    url: unlockUrl,
  },
} as const satisfies Partial<Record<Mail['kind'], TokenMail>>;

/** Puts a mail with a new token into the outbox. */
export function sendMail(org: Org, user: UserEntity, kind: keyof typeof tokenMails): void {
  const { template, purpose, url, ...standard } = tokenMails[kind];
  const { resources } = org.store;
  if (!isSent(resources, template)) return;
  const token = issueMailToken(org, user, purpose);
  const custom = customizationFor(resources, template, languageOf(user));
  const link = url(org, token);
  org.store.mails.push({
    id: newId('mail'),
    kind,
    to: user.profile.email,
    subject: custom?.body.subject ?? standard.subject,
    token,
    link: custom === null ? link : linkIn(custom.body.body, { token, link }),
    code: null,
    sentAt: new Date(org.now()).toISOString(),
  });
}

/** Okta's "Forgot Password Denied": the policy does not let the user choose a new password now. */
export function sendResetDenied(org: Org, user: UserEntity): void {
  const template = 'ForgotPasswordDenied';
  const { resources } = org.store;
  if (!isSent(resources, template)) return;
  const custom = customizationFor(resources, template, languageOf(user));
  org.store.mails.push({
    id: newId('mail'),
    kind: 'PASSWORD_RESET_DENIED',
    to: user.profile.email,
    subject: custom?.body.subject ?? 'Your password cannot be reset',
    token: null,
    link: null,
    code: null,
    sentAt: new Date(org.now()).toISOString(),
  });
}

function languageOf({ profile }: UserEntity): string {
  const language = profile['preferredLanguage'] ?? profile['locale'];
  return typeof language === 'string' ? language.replace('_', '-') : 'en';
}

/** Okta's variables for the token and for the link to its own page; `$name` is `${name}` as well. */
const variables =
  /\$\$?\{?(?<name>recoveryToken|resetPasswordToken|activationToken|unlockAccountToken|activationLink|resetPasswordLink|unlockAccountLink)\}?/g;

/** The first link of a customized mail, as the user gets it; without one, the link to Okta's page. */
function linkIn(body: string, of: { readonly token: string; readonly link: string }): string {
  const links = [...body.matchAll(/href\s*=\s*["'](?<href>[^"']*)["']/gi)];
  const hrefs = links.map((match) => match.groups?.['href'] ?? '');
  const href = hrefs.find((one) => one.search(variables) !== -1);
  if (href === undefined) return of.link;
  return href.replaceAll(variables, (_, name: string) =>
    name.endsWith('Link') ? of.link : encodeURIComponent(of.token),
  );
}
