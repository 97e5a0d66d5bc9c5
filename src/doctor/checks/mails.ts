import type { AdminApi, Json } from '../../org/admin-api.ts';
import { textAt } from '../../org/json.ts';
import { type Check, defineCheck, type Problem } from '../check.ts';

/** The mails that lead to a mutation: template, the link that Okta puts in, the token to send on. */
const templates = [
  {
    name: 'ForgotPassword',
    link: 'resetPasswordLink',
    token: 'recoveryToken',
    to: 'resetPassword',
  },
  { name: 'UserActivation', link: 'activationLink', token: 'activationToken', to: 'verifyEmail' },
  {
    name: 'SelfServiceUnlock',
    link: 'unlockAccountLink',
    token: 'recoveryToken',
    to: 'unlockAccount',
  },
] as const;

export const mailChecks: readonly Check[] = [
  defineCheck(
    {
      code: 'D39',
      area: 'mails',
      title: 'Customized mails lead to pages of the shop',
      needs: ['okta.brands.read', 'okta.templates.read'],
    },
    async ({ admin }) => {
      if (admin === null) return [];
      const problems: Problem[] = [];
      for (const brand of await admin.list('/api/v1/brands')) {
        for (const template of templates) {
          problems.push(...(await oktasPages(admin, String(brand['id']), template)));
        }
      }
      return problems;
    },
  ),
];

/** An untouched template is Okta's own, and works with Okta's own pages. */
async function oktasPages(
  admin: AdminApi,
  brandId: string,
  { name, link, token, to }: (typeof templates)[number],
): Promise<readonly Problem[]> {
  const path = `/api/v1/brands/${brandId}/templates/email/${name}/customizations`;
  const isBare = (customization: Json) => {
    const body = textAt(customization, 'body') ?? '';
    return new RegExp(`href=["']?\\$\\{?${link}`).test(body) && !body.includes(token);
  };
  return (await admin.list(path)).filter(isBare).map((customization) => ({
    severity: 'warning',
    message: `The mail ${name} (${textAt(customization, 'language')}) leads to Okta's page.`,
    seen: `A customer who follows the link leaves the shop, and ${to} gets no token.`,
    oktaSays: null,
    fix: `Let the link lead to a page of yours with \${${token}} in its address, and keep \${${link}} in a hidden element (Customizations > Brands > the brand > Emails > ${name}).`,
    call: `PUT ${path}/${String(customization['id'])}`,
  }));
}
