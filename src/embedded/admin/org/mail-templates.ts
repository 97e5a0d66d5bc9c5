import type { Context, Hono } from 'hono';
import { ApiError, type EmbeddedEnv, notFound, readJson } from '../../http/responses.ts';
import { requireManagement } from '../../oauth/management-auth.ts';
import type { Org } from '../../org.ts';
import {
  type Customization,
  customizationTable,
  templateId,
  templateLinks,
  templateNames,
  templateSettingsTable,
} from '../../settings/brands.ts';
import { isEnabled } from '../../settings/features.ts';
import type { Resource } from '../../store/resources.ts';
import { isoDate } from '../../users/user-json.ts';
import { readBody, refused } from '../rest/bodies.ts';
import { find, type Kind, othersOf, type Place, serve } from '../rest/collection.ts';
import { type Json, linkTo } from '../rest/json.ts';
import { page } from '../rest/paging.ts';

type Ctx = Context<EmbeddedEnv>;

const path = '/api/v1/brands/:brand/templates/email';

/** A template, by where it is in the org. */
interface Template {
  readonly name: string;
  readonly self: string;
}

const customizationKind: Kind<Customization> = {
  table: customizationTable,
  path: `${path}/:template/customizations`,
  scope: 'templates',
  type: 'EmailCustomization',
  operations: ['list', 'create', 'get', 'replace', 'delete'],
  created: 201,
  pages: { fallback: 10, most: 200 },
  json: customizationJson,
  check({ org, c, parentId }, { body, language, isDefault }, before) {
    if (!isEnabled(org.store.resources, 'customMails')) throw new ApiError('E0000015');
    const link = templateLinks[templateOf(org, c).name];
    if (link !== undefined && !hasVariable(body, [link, 'oneTimePassword', 'verificationToken'])) {
      throw refused('body', `body: The variable \${${link}} is missing.`);
    }
    const others = othersOf(org, customizationTable, before, parentId);
    if (others.some((other) => other.body.language === language)) {
      throw refused('language', 'language: A customization for this language exists already.');
    }
    if (!isDefault && before?.body.isDefault === true && others.length > 0) {
      throw refused('isDefault', 'isDefault: There has to be a default customization.');
    }
  },
  saved({ org, parentId }, customization) {
    const others = othersOf(org, customizationTable, customization, parentId);
    // The first one is the default, and a new default takes the place of the old one.
    if (others.length === 0) customization.body = { ...customization.body, isDefault: true };
    if (!customization.body.isDefault) return;
    for (const other of others) other.body = { ...other.body, isDefault: false };
  },
  mayDelete({ org, parentId }, { body }) {
    const isLast = org.store.resources.of(customizationTable, parentId).size === 1;
    if (body.isDefault && !isLast) {
      throw refused('isDefault', 'The default customization cannot be deleted before the others.');
    }
  },
};

/** Okta writes variables as `${name}`, and takes `$name` and `$$name` as well. */
function hasVariable(text: string, names: readonly string[]): boolean {
  return names.some((name) => new RegExp(`\\$\\$?\\{?${name}\\b`).test(text));
}

function customizationJson({ org, c }: Place, customization: Resource<Customization>): Json {
  const { id, body } = customization;
  const { self: template } = templateOf(org, c);
  const self = `${template}/customizations/${id}`;
  return {
    subject: body.subject,
    body: body.body,
    id,
    language: body.language,
    isDefault: body.isDefault,
    created: isoDate(customization.created),
    lastUpdated: isoDate(customization.lastUpdated),
    _links: {
      preview: linkTo(`${self}/preview`, 'GET'),
      template: linkTo(template, 'GET'),
      settings: linkTo(`${template}/settings`, 'GET', 'PUT'),
      self: linkTo(self, 'GET', 'PUT', 'DELETE'),
      test: linkTo(`${template}/test`, 'POST'),
    },
  };
}

/** The template that a path is about. @throws ApiError E0000007 */
function templateOf(org: Org, c: Ctx): Template {
  const name = c.req.param('template') ?? '';
  const known = templateNames.find((one) => one.toLowerCase() === name.toLowerCase());
  if (known === undefined) throw notFound(name, 'EmailTemplate');
  return templateAt(org, c, known);
}

function templateAt(org: Org, c: Ctx, name: string): Template {
  const brand = c.req.param('brand');
  return { name, self: `${org.url()}/api/v1/brands/${brand}/templates/email/${name}` };
}

function templateJson({ name, self }: Template): Json {
  return {
    name,
    _links: {
      settings: linkTo(`${self}/settings`, 'GET', 'PUT'),
      self: linkTo(self, 'GET'),
      defaultContent: linkTo(`${self}/default-content`, 'GET'),
      test: linkTo(`${self}/test`, 'POST'),
      customizations: linkTo(`${self}/customizations`, 'GET', 'POST', 'DELETE'),
    },
  };
}

function settingsJson({ self }: Template, recipients: string): Json {
  return {
    recipients,
    _links: {
      template: linkTo(self, 'GET'),
      self: linkTo(`${self}/settings`, 'GET', 'PUT'),
    },
  };
}

/** Mails of a brand: https://developer.okta.com/docs/api/openapi/okta-management/management/tag/CustomTemplates/ */
export function serveTemplates(
  app: Hono<EmbeddedEnv>,
  org: Org,
  brandOf: (c: Ctx) => string,
): void {
  const guard = requireManagement(org, 'templates');
  const placeOf = (c: Ctx) => templateId(brandOf(c), templateOf(org, c).name);
  app.get(path, guard, (c) => {
    brandOf(c);
    const templates = templateNames.map((name) => ({ id: name, ...templateAt(org, c, name) }));
    return c.json(page(c, templates, { fallback: 20, most: 200 }).map(templateJson));
  });
  app.get(`${path}/:template`, guard, (c) => {
    brandOf(c);
    return c.json(templateJson(templateOf(org, c)));
  });
  serve(app, org, { ...customizationKind, parent: (_, c) => placeOf(c) });
  app.delete(`${path}/:template/customizations`, guard, (c) => {
    org.store.resources.of(customizationTable, placeOf(c)).clear();
    return c.body(null, 204);
  });
  app.get(`${path}/:template/customizations/:id/preview`, guard, (c) => {
    const at = { org, c, parentId: placeOf(c) };
    const { id, body } = find(customizationKind, at);
    const { self } = templateOf(org, c);
    return c.json({
      subject: body.subject,
      body: body.body,
      _links: {
        template: linkTo(self, 'GET'),
        self: linkTo(`${self}/customizations/${id}/preview`, 'GET'),
        test: linkTo(`${self}/test`, 'POST'),
      },
    });
  });
  serveTemplateSettings(app, org, placeOf);
}

function serveTemplateSettings(
  app: Hono<EmbeddedEnv>,
  org: Org,
  placeOf: (c: Ctx) => string,
): void {
  const guard = requireManagement(org, 'templates');
  app.get(`${path}/:template/settings`, guard, (c) => {
    const [kept] = org.store.resources.of(templateSettingsTable, placeOf(c)).values();
    return c.json(settingsJson(templateOf(org, c), kept?.body.recipients ?? 'ALL_USERS'));
  });
  app.put(`${path}/:template/settings`, guard, async (c) => {
    const body = readBody(templateSettingsTable.schema, await readJson(c));
    org.store.resources.add(templateSettingsTable, {
      parentId: placeOf(c),
      id: 'settings',
      body,
    });
    return c.json(settingsJson(templateOf(org, c), body.recipients));
  });
}
