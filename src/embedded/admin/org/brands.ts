import type { Hono } from 'hono';
import { type EmbeddedEnv, notFound } from '../../http/responses.ts';
import { requireManagement } from '../../oauth/management-auth.ts';
import type { Org } from '../../org.ts';
import { type Brand, brandTable } from '../../settings/brands.ts';
import type { Resource } from '../../store/resources.ts';
import { refused } from '../rest/bodies.ts';
import { find, type Kind, othersOf, type Place, placeOf, serve } from '../rest/collection.ts';
import { type Json, linkTo } from '../rest/json.ts';
import { serveTemplates } from './mail-templates.ts';

const path = '/api/v1/brands';

const brandKind: Kind<Brand> = {
  table: brandTable,
  path,
  scope: 'brands',
  type: 'Brand',
  operations: ['list', 'create', 'get', 'replace', 'delete'],
  created: 201,
  pages: { fallback: 20, most: 200 },
  complete: ({ isDefault: _, ...json }) => json,
  json: brandJson,
  check({ org }, { name }, before) {
    if (othersOf(org, brandTable, before).some(({ body }) => body.name === name)) {
      throw refused('name', 'name: A brand with this name already exists.');
    }
  },
  saved(_, brand, before) {
    if (before?.isDefault === true) brand.body = { ...brand.body, isDefault: true };
  },
  mayDelete(_, { body }) {
    if (body.isDefault === true) throw refused('brand', 'The default brand cannot be deleted.');
  },
};

function brandJson({ org }: Place, { id, body }: Resource<Brand>): Json {
  const self = `${org.url()}${path}/${id}`;
  const { name, removePoweredByOkta, customPrivacyPolicyUrl, agreeToCustomPrivacyPolicy } = body;
  return {
    ...{ id, name, removePoweredByOkta, customPrivacyPolicyUrl, agreeToCustomPrivacyPolicy },
    isDefault: body.isDefault === true,
    ...(typeof body.locale === 'string' && { locale: body.locale }),
    defaultApp: body.defaultApp,
    _links: {
      themes: linkTo(`${self}/themes`, 'GET'),
      self: linkTo(self, 'GET', 'PUT', 'DELETE'),
    },
  };
}

/** `/api/v1/brands`: https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Brands/ */
export function serveBrands(app: Hono<EmbeddedEnv>, org: Org): void {
  serve(app, org, brandKind);
  app.get(`${path}/:id/domains`, requireManagement(org, 'brands'), (c) => {
    find(brandKind, placeOf(org, brandKind, c));
    return c.json({ domains: [] });
  });
  serveTemplates(app, org, (c) => {
    const id = c.req.param('brand') ?? '';
    if (!org.store.resources.of(brandTable).has(id)) throw notFound(id, 'Brand');
    return id;
  });
}
