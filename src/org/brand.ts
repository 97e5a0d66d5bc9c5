import { type AdminApi, isRecord, type Json } from './admin-api.ts';

/**
 * The brand whose mails customers get: that of the host that is called, or else the default one. Null:
 * the org has no brand.
 * @see https://developer.okta.com/docs/guides/custom-email/main/ (Multibrand customizations and emails)
 * @throws AdminApiError
 */
export async function brandOf(api: AdminApi): Promise<Json | null> {
  const brands = await api.list('/api/v1/brands');
  if (brands.length > 1) {
    const { hostname } = new URL(api.orgUrl);
    for (const brand of brands) {
      const answer = await api.get(`/api/v1/brands/${String(brand['id'])}/domains`);
      const domains = answer?.['domains'];
      const isOfHost = (one: unknown) => isRecord(one) && one['domain'] === hostname;
      if (Array.isArray(domains) && domains.some(isOfHost)) return brand;
    }
  }
  return brands.find(({ isDefault }) => isDefault === true) ?? brands[0] ?? null;
}

/** Below which the admin API has what an administrator has made of a mail. */
export function customizationsPath(brand: Json, template: string): string {
  return `/api/v1/brands/${String(brand['id'])}/templates/email/${template}/customizations`;
}
