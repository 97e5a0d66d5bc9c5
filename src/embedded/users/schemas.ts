import { Hono } from 'hono';
import { type EmbeddedEnv, notFound, readJson } from '../http/responses.ts';
import type { Org } from '../org.ts';
import { attributeRules, baseAttributesJson, requiredBaseAttributes } from './base-attributes.ts';
import type { CustomAttribute } from './profile-attributes.ts';
import { updateSchema } from './schema-update.ts';
import { userSchemaId, userTypeId } from './search.ts';
import { isoDate } from './user-json.ts';

/** `/api/v1/meta/schemas/user/default`: this org has the one type of user. */
export function schemasRoutes(org: Org): Hono<EmbeddedEnv> {
  const app = new Hono<EmbeddedEnv>();
  app.get('/api/v1/meta/schemas/user/:schemaId', (c) => {
    const { schemaId } = c.req.param();
    if (schemaId !== 'default' && schemaId !== userSchemaId) throw notFound(schemaId, 'UserSchema');
    return c.json(userSchemaJson(org));
  });
  app.post('/api/v1/meta/schemas/user/:schemaId', async (c) => {
    const { schemaId } = c.req.param();
    if (schemaId !== 'default' && schemaId !== userSchemaId) throw notFound(schemaId, 'UserSchema');
    updateSchema(org.store, await readJson(c));
    return c.json(userSchemaJson(org));
  });
  return app;
}

function userSchemaJson(org: Org): Record<string, unknown> {
  const { baseAttributes } = org.store;
  const custom = [...org.store.customAttributes];
  return {
    id: `${org.url()}/meta/schemas/user/default`,
    $schema: 'http://json-schema.org/draft-04/schema#',
    name: 'user',
    title: 'User',
    description: 'Okta user profile template with default permission settings',
    created: isoDate(0),
    lastUpdated: isoDate(0),
    definitions: {
      base: {
        id: '#base',
        type: 'object',
        properties: baseAttributesJson(baseAttributes),
        required: requiredBaseAttributes(baseAttributes),
      },
      custom: {
        id: '#custom',
        type: 'object',
        properties: Object.fromEntries(custom.map(([name, each]) => [name, attributeJson(each)])),
        ...(custom.length > 0 && {
          required: custom.filter(([, each]) => each.required).map(([name]) => name),
        }),
      },
    },
    type: 'object',
    properties: {
      profile: { allOf: [{ $ref: '#/definitions/custom' }, { $ref: '#/definitions/base' }] },
    },
    _links: {
      self: {
        rel: 'self',
        href: `${org.url()}/api/v1/meta/schemas/user/${userSchemaId}`,
        method: 'GET',
      },
      type: {
        rel: 'type',
        href: `${org.url()}/api/v1/meta/types/user/${userTypeId}`,
        method: 'GET',
      },
    },
  };
}

function attributeJson({ self = 'READ_WRITE', ...attribute }: CustomAttribute) {
  return { ...attribute, ...attributeRules(self) };
}
