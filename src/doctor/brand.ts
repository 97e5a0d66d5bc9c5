import type { AdminApi, Json } from '../org/admin-api.ts';
import { at, textAt } from '../org/json.ts';

/** The mails that customers get because of this API, by Okta's names of the templates. */
export const customerMails = [
  'ForgotPassword',
  'UserActivation',
  'SelfServiceUnlock',
  'SelfServiceUnlockOnUnlockedAccount',
] as const;

export type CustomerMail = (typeof customerMails)[number];

/**
 * The brand whose mails customers get: that of the host that is called, or else the default one. Null:
 * the org has no brand.
 * @see https://developer.okta.com/docs/guides/custom-email/main/ (Multibrand customizations and emails)
 * @throws AdminApiError
 */
export async function brandOf(admin: AdminApi): Promise<Json | null> {
  const brands = await admin.list('/api/v1/brands');
  if (brands.length > 1) {
    const { hostname } = new URL(admin.orgUrl);
    for (const brand of brands) {
      const answer = await admin.get(`/api/v1/brands/${String(brand['id'])}/domains`);
      const domains = at(answer, 'domains');
      const names = Array.isArray(domains) ? domains.map((one) => textAt(one, 'domain')) : [];
      if (names.includes(hostname)) return brand;
    }
  }
  return brands.find(({ isDefault }) => isDefault === true) ?? brands[0] ?? null;
}

/** Below which the admin API has what an administrator has made of a mail. */
export function customizationsPath(brand: Json, mail: CustomerMail): string {
  return `/api/v1/brands/${String(brand['id'])}/templates/email/${mail}/customizations`;
}
