import { Hono } from 'hono';
import type { CustomAttribute } from './entities.ts';
import type { Org } from './org.ts';
import { type EmbeddedEnv, notFound } from './reply.ts';
import { baseAttributesJson, required } from './users/profile.ts';
import { isoDate } from './users/user-json.ts';

/** `/api/v1/meta/schemas/user/default`: this org has the one type of user. */
export function schemasRoutes(org: Org): Hono<EmbeddedEnv> {
  const app = new Hono<EmbeddedEnv>();
  app.get('/api/v1/meta/schemas/user/:schemaId', (c) => {
    const { schemaId } = c.req.param();
    if (schemaId !== 'default') throw notFound(schemaId, 'UserSchema');
    return c.json(userSchemaJson(org));
  });
  return app;
}

function userSchemaJson(org: Org): Record<string, unknown> {
  const custom = [...org.store.customAttributes];
  return {
    id: `${org.url()}/meta/schemas/user/default`,
    $schema: 'http://json-schema.org/draft-04/schema#',
    name: 'user',
    title: 'User',
    created: isoDate(0),
    lastUpdated: isoDate(0),
    definitions: {
      base: { id: '#base', type: 'object', properties: baseAttributesJson(), required },
      custom: {
        id: '#custom',
        type: 'object',
        properties: Object.fromEntries(custom.map(([name, each]) => [name, attributeJson(each)])),
        required: custom.filter(([, each]) => each.required).map(([name]) => name),
      },
    },
    type: 'object',
    properties: {
      profile: { allOf: [{ $ref: '#/definitions/custom' }, { $ref: '#/definitions/base' }] },
    },
  };
}

function attributeJson({ self = 'READ_WRITE', ...attribute }: CustomAttribute) {
  return { ...attribute, permissions: [{ principal: 'SELF', action: self }] };
}
