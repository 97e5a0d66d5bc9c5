import { z } from 'zod';
import type { Resource, Resources, Table } from '../store/resources.ts';
import { defaulted, nullable, requiredText } from './fields.ts';

const noApp = { appInstanceId: null, appLinkName: null, classicApplicationUri: null };

const brand = z.object({
  name: requiredText(),
  removePoweredByOkta: defaulted(z.boolean(), false),
  customPrivacyPolicyUrl: nullable(z.string()),
  agreeToCustomPrivacyPolicy: defaulted(z.boolean(), false),
  locale: z.string().nullish(),
  defaultApp: defaulted(
    z.object({
      appInstanceId: nullable(z.string()),
      appLinkName: nullable(z.string()),
      classicApplicationUri: nullable(z.string()),
    }),
    noApp,
  ),
  /** Not a member that a request may have. */
  isDefault: z.boolean().optional(),
});

export type Brand = z.infer<typeof brand>;

export const brandTable: Table<Brand> = { name: 'brands', idPrefix: 'bnd', schema: brand };

const defaultBrandId = 'bnd1embeddedOrg00000';

export function addBrand(resources: Resources): void {
  const body = brandTable.schema.parse({ name: 'embedded' });
  resources.add(brandTable, { id: defaultBrandId, body: { ...body, isDefault: true } });
}

const customization = z.object({
  language: requiredText(),
  isDefault: defaulted(z.boolean(), false),
  subject: requiredText(),
  body: requiredText(1_000_000),
});

export type Customization = z.infer<typeof customization>;

/** Belong to a template of a brand: see `templateId`. */
export const customizationTable: Table<Customization> = {
  name: 'customizations',
  idPrefix: 'oel',
  schema: customization,
};

const settings = z.object({ recipients: z.enum(['ALL_USERS', 'ADMINS_ONLY', 'NO_USERS']) });

/** Belong to a template of a brand; there is one or none. */
export const templateSettingsTable: Table<z.infer<typeof settings>> = {
  name: 'templateSettings',
  idPrefix: '',
  schema: settings,
};

export function templateId(brandId: string, template: string): string {
  return `${brandId}/${template}`;
}

/** The links that each template has to have one of, by the name of the variable. */
export const templateLinks: Readonly<Record<string, string>> = {
  UserActivation: 'activationLink',
  ForgotPassword: 'resetPasswordLink',
  SelfServiceUnlock: 'unlockAccountLink',
};

/** Subject and body of each mail that brings a customer back to a shop. */
const shopMails: Readonly<Record<string, readonly [subject: string, body: string]>> = {
  ForgotPassword: [
    'Reset your password',
    `<p>Your code: \${recoveryToken}</p><p><a href="\${resetPasswordLink}">Reset the password</a></p>`,
  ],
  UserActivation: [
    'Welcome: activate your account',
    `<p>Your code: \${activationToken}</p><p><a href="\${activationLink}">Activate</a></p>`,
  ],
  SelfServiceUnlock: [
    'Unlock your account',
    `<p>Your code: \${recoveryToken}</p><p><a href="\${unlockAccountLink}">Unlock</a></p>`,
  ],
  SelfServiceUnlockOnUnlockedAccount: [
    'Your account is not locked',
    '<p>Your account is not locked.</p>',
  ],
};

/** As an administrator customizes the mails for a shop. */
export function addShopMails(resources: Resources): void {
  for (const [template, [subject, body]] of Object.entries(shopMails)) {
    resources.add(customizationTable, {
      parentId: templateId(defaultBrandId, template),
      body: { language: 'en', isDefault: true, subject, body },
    });
  }
}

/** The mails that Okta sends (https://developer.okta.com/docs/guides/custom-email/main/). */
export const templateNames: readonly string[] = [
  ...['UserActivation', 'UserBootstrappedActivation', 'RegistrationActivation'],
  ...['RegistrationEmailVerification', 'ForgotPassword', 'ForgotPasswordDenied'],
  ...['SelfServiceUnlock', 'SelfServiceUnlockOnUnlockedAccount', 'PasswordChanged'],
  ...['PasswordResetByAdmin', 'PendingEmailChange', 'EmailChangeConfirmation'],
  ...['ChangeEmailConfirmation', 'MyAccountChangeConfirmation', 'EmailChallenge'],
  ...['EmailFactorVerification', 'NewSignOnNotification', 'AccountLockout'],
  ...['AuthenticatorEnrolled', 'AuthenticatorReset', 'OktaVerifyActivation'],
];

/** The customization that a user gets: in the user's language, or the default one; null: Okta's own mail. */
export function customizationFor(
  resources: Resources,
  template: string,
  language: string,
): Resource<Customization> | null {
  const place = templateId(defaultBrandId, template);
  const all = [...resources.of(customizationTable, place).values()];
  const inLanguage = all.find(({ body }) => body.language.toLowerCase() === language.toLowerCase());
  return inLanguage ?? all.find(({ body }) => body.isDefault) ?? null;
}

/** Whether the mails of a template go to customers. */
export function isSent(resources: Resources, template: string): boolean {
  const place = templateId(defaultBrandId, template);
  const [kept] = resources.of(templateSettingsTable, place).values();
  return (kept?.body.recipients ?? 'ALL_USERS') === 'ALL_USERS';
}
