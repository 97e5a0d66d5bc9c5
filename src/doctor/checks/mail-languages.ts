import type { AdminApi, Json } from '../../org/admin-api.ts';
import { brandOf, customizationsPath } from '../../org/brand.ts';
import { textAt } from '../../org/json.ts';
import { customerMails } from '../../org/mails.ts';
import { type Check, defineCheck, type Patient, type Problem } from '../check.ts';

export const mailLanguageChecks: readonly Check[] = [
  defineCheck(
    {
      code: 'D40',
      area: 'mails',
      title: 'Customized mails have the languages of the customers',
      needs: ['okta.brands.read', 'okta.templates.read', 'okta.users.read'],
    },
    untranslated,
  ),
];

/**
 * Okta translates its own mails. Of a customized one it sends the languages that it was customized in,
 * and the default one to everyone else.
 */
async function untranslated({ admin }: Patient): Promise<readonly Problem[]> {
  const brand = admin === null ? null : await brandOf(admin);
  if (admin === null || brand === null) return [];
  const customized = await customizedMails(admin, brand);
  if (customized.length === 0) return [];
  const wanted = new Set([
    ...customized.flatMap(({ languages }) => languages),
    ...(await languagesOfCustomers(admin)),
  ]);
  return customized.flatMap(({ template, languages }) => {
    const missing = [...wanted].filter((language) => !languages.includes(language)).toSorted();
    return missing.length === 0
      ? []
      : [lacks(template, missing, customizationsPath(brand, template))];
  });
}

interface Customized {
  readonly template: string;
  readonly languages: readonly string[];
}

async function customizedMails(admin: AdminApi, brand: Json): Promise<readonly Customized[]> {
  const all: Customized[] = [];
  for (const { template } of customerMails) {
    const made = await admin.list(customizationsPath(brand, template));
    const languages = made.map((each) => primary(String(each['language'])));
    if (languages.length > 0) all.push({ template, languages });
  }
  return all;
}

/** Of the first two hundred. No profile leaves this function. */
async function languagesOfCustomers(admin: AdminApi): Promise<readonly string[]> {
  const users = await admin.firstPage('/api/v1/users?limit=200');
  return users.flatMap(({ profile }) => {
    const language = textAt(profile, 'preferredLanguage') ?? textAt(profile, 'locale');
    return language === null || language === '' ? [] : [primary(language)];
  });
}

/** `pt` of `pt-BR` and of `pt_BR`. */
function primary(language: string): string {
  return language.toLowerCase().replace(/[-_].*/, '');
}

function lacks(template: string, missing: readonly string[], path: string): Problem {
  return {
    severity: 'warning',
    message: `The customized mail ${template} has no translation for ${missing.join(', ')}.`,
    seen: 'Customers with these languages get the mail in the default language.',
    oktaSays: null,
    fix: `Add the languages to the mail (Customizations > Brands > the brand > Emails > ${template} > Add translation).`,
    call: `POST ${path} for each language`,
  };
}
