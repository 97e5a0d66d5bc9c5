/**
 * A mail of Okta's that customers get because of this API.
 * @see https://developer.okta.com/docs/guides/custom-email/main/
 */
export interface CustomerMail {
  /** Okta's name of the template. */
  readonly template: string;
  /** As the Admin Console calls it. */
  readonly title: string;
  /** Null: the mail tells, and leads nowhere. */
  readonly action: {
    /** Okta's variable for the link to its own page. Okta saves no template without it. */
    readonly link: string;
    /** Okta's variable for the one-time token. */
    readonly token: string;
    /** Which mutation takes the token. */
    readonly mutation: string;
    /** Of the shop. */
    readonly page: string;
  } | null;
  readonly subject: string;
  readonly text: string;
}

export const customerMails: readonly CustomerMail[] = [
  {
    template: 'ForgotPassword',
    title: 'Forgot Password',
    action: {
      link: 'resetPasswordLink',
      token: 'recoveryToken',
      mutation: 'resetPassword',
      page: '/reset-password',
    },
    subject: 'Reset your password',
    text: 'You asked for a new password.',
  },
  {
    template: 'UserActivation',
    title: 'User Activation',
    action: {
      link: 'activationLink',
      token: 'activationToken',
      mutation: 'verifyEmail',
      page: '/verify-email',
    },
    subject: 'Welcome: activate your account',
    text: 'Welcome. Confirm your e-mail address to activate your account.',
  },
  {
    template: 'SelfServiceUnlock',
    title: 'Self-Service Unlock Account',
    action: {
      link: 'unlockAccountLink',
      token: 'recoveryToken',
      mutation: 'unlockAccount',
      page: '/unlock-account',
    },
    subject: 'Unlock your account',
    text: 'You asked to unlock your account.',
  },
  {
    template: 'SelfServiceUnlockOnUnlockedAccount',
    title: 'Self-Service Unlock when Account is not Locked',
    action: null,
    subject: 'Your account is not locked',
    text: 'You asked to unlock your account. It is not locked: log in with your password.',
  },
];

const variable = (name: string) => `\${${name}}`;

/**
 * What set-up makes of a mail, in English.
 * @param shopUrl where the pages are, without a slash at the end; null: the mail has a code to type in
 */
export function bodyOf({ text, action }: CustomerMail, shopUrl: string | null): string {
  const first = `<p>${text}</p>`;
  if (action === null) return first;
  const { link, token, page } = action;
  if (shopUrl === null) {
    return `${first}<p>Enter this code in the shop: <strong>${variable(token)}</strong></p><p>Or go on at <a href="${variable(link)}">this page</a>.</p>`;
  }
  const address = `${shopUrl}${page}?token=${variable(token)}`;
  return `${first}<p><a href="${address}">Go on in the shop</a></p><p style="display:none">${variable(link)}</p>`;
}

/** Whether set-up has made this body, for any shop, and it has not been edited since. */
export function isFromSetUp(mail: CustomerMail, body: unknown): boolean {
  if (typeof body !== 'string') return false;
  const page = mail.action?.page ?? '';
  const [, shopUrl = null] = new RegExp(`href="(https?://[^"]*)${page}\\?token=`).exec(body) ?? [];
  return body === bodyOf(mail, shopUrl);
}

/** Whether a customer comes from the mail to the shop, and not to Okta's own page. */
export function leadsToShop({ action }: CustomerMail, body: string): boolean {
  if (action === null) return !/\$\$?\{?(baseURL|signInLink)\b/.test(body);
  const tokens = [action.token, 'resetPasswordToken', 'unlockAccountToken'];
  return tokens.some((token) => new RegExp(`\\$\\$?\\{?${token}\\b`).test(body));
}
