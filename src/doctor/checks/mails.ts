import type { Json } from '../../org/admin-api.ts';
import { brandOf, customizationsPath } from '../../org/brand.ts';
import { textAt } from '../../org/json.ts';
import { type CustomerMail, customerMails, leadsToShop } from '../../org/mails.ts';
import { type Check, defineCheck, type Patient, type Problem } from '../check.ts';

export const mailChecks: readonly Check[] = [
  defineCheck(
    {
      code: 'D39',
      area: 'mails',
      title: 'Mails lead to the shop',
      needs: ['okta.brands.read', 'okta.templates.read'],
    },
    mailsToOkta,
  ),
];

async function mailsToOkta({ admin }: Patient): Promise<readonly Problem[]> {
  const brand = admin === null ? null : await brandOf(admin);
  if (admin === null || brand === null) return [];
  const untouched: CustomerMail[] = [];
  const problems: Problem[] = [];
  for (const mail of customerMails) {
    const made = await admin.list(customizationsPath(brand, mail.template));
    if (made.length === 0) untouched.push(mail);
    else problems.push(...bare(mail, made, customizationsPath(brand, mail.template)));
  }
  return [...(untouched.length > 0 ? [standard(untouched, brand)] : []), ...problems];
}

function standard(mails: readonly CustomerMail[], brand: Json): Problem {
  const names = mails.map(({ template }) => template);
  const mutations = mails.flatMap(({ action }) => (action === null ? [] : [action.mutation]));
  return {
    severity: 'error',
    message: `The mails ${names.join(', ')} are Okta's standard ones, which link to Okta's pages.`,
    seen: `A customer who follows the link leaves the shop${mutations.length > 0 ? `, and ${mutations.join(', ')} get no token` : ''}.`,
    oktaSays: null,
    fix: 'Run okta-account-api setup --shop with the address of the shop, or write the mails yourself (Customizations > Brands > the brand > Emails).',
    call: `POST ${customizationsPath(brand, '{template}')}`,
  };
}

function bare(mail: CustomerMail, made: readonly Json[], path: string): readonly Problem[] {
  const { template, action } = mail;
  return made
    .filter((each) => !leadsToShop(mail, textAt(each, 'body') ?? ''))
    .map((each) => ({
      severity: 'error',
      message: `The mail ${template} (${textAt(each, 'language')}) links to Okta's page.`,
      seen: `A customer who follows the link leaves the shop${action === null ? '' : `, and ${action.mutation} gets no token`}.`,
      oktaSays: null,
      fix:
        action === null
          ? `Link to the shop, and not to \${baseURL} (Customizations > Brands > the brand > Emails > ${mail.title}).`
          : `Link to a page of yours with \${${action.token}} in its address, and keep \${${action.link}} in a hidden element (Customizations > Brands > the brand > Emails > ${mail.title}).`,
      call: `PUT ${path}/${String(each['id'])}`,
    }));
}
