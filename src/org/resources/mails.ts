import type { AdminApi } from '../admin-api.ts';
import { brandOf, customizationsPath } from '../brand.ts';
import type { OrgDescription } from '../description.ts';
import { bodyOf, type CustomerMail, customerMails, isFromSetUp } from '../mails.ts';
import { Conflict, idIn, type Resource } from '../resource.ts';

/** Of the default customization; operators add others. */
const language = 'en';

/** Mails that an operator has written stay as they are, and those of an earlier run get a new shop. */
export function mails({ mails }: OrgDescription): readonly Resource[] {
  return mails === null ? [] : customerMails.map((mail) => mailResource(mail, mails.shopUrl));
}

function mailResource(mail: CustomerMail, shopUrl: string | null): Resource {
  const content = { subject: mail.subject, body: bodyOf(mail, shopUrl) };
  return {
    key: `mails.${mail.template}`,
    kind: 'Mail',
    name: mail.template,
    parents: [],
    isOptional: true,
    async find(api) {
      const made = await api.list(await pathOf(api, mail));
      const [first] = made;
      const shown = made.find(({ isDefault }) => isDefault === true) ?? first;
      if (shown === undefined) return null;
      const mayChange = shopUrl !== null && isFromSetUp(mail, shown['body']);
      return { id: String(shown['id']), current: mayChange ? shown : { ...shown, ...content } };
    },
    wanted: () => content,
    async create(api, body) {
      const path = await pathOf(api, mail);
      return idIn(await api.send('POST', path, { ...body, language, isDefault: true }));
    },
    async update(api, { id }, { subject, body, language: own, isDefault }) {
      const path = `${await pathOf(api, mail)}/${id}`;
      await api.send('PUT', path, { subject, body, language: own, isDefault });
    },
  };
}

async function pathOf(api: AdminApi, { template }: CustomerMail): Promise<string> {
  const brand = await brandOf(api);
  if (brand === null) throw new Conflict('The org has no brand. Run set-up with --keep-mails.');
  return customizationsPath(brand, template);
}
