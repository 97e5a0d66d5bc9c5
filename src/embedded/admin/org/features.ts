import type { Context, Hono } from 'hono';
import type { EmbeddedEnv } from '../../http/responses.ts';
import { requireManagement } from '../../oauth/management-auth.ts';
import type { Org } from '../../org.ts';
import { type Feature, featureTable } from '../../settings/features.ts';
import type { Resource } from '../../store/resources.ts';
import { invalid } from '../rest/bodies.ts';
import { find, type Kind, type Place, placeOf, serve } from '../rest/collection.ts';
import { type Json, linkTo } from '../rest/json.ts';

const path = '/api/v1/features';

const featureKind: Kind<Feature> = {
  table: featureTable,
  path,
  scope: 'features',
  type: 'Feature',
  operations: ['list', 'get'],
  json: featureJson,
};

function featureJson({ org }: Place, { id, status, body }: Resource<Feature>): Json {
  const self = `${org.url()}${path}/${id}`;
  const step = status === 'ACTIVE' ? 'disable' : 'enable';
  return {
    id,
    type: 'self-service',
    status: status === 'ACTIVE' ? 'ENABLED' : 'DISABLED',
    name: body.name,
    description: body.description,
    stage: { value: body.stage },
    _links: {
      [step]: linkTo(`${self}/${step}`, 'POST'),
      self: linkTo(self),
      dependents: linkTo(`${self}/dependents`),
      dependencies: linkTo(`${self}/dependencies`),
    },
  };
}

/** `/api/v1/features`: https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Feature/ */
export function serveFeatures(app: Hono<EmbeddedEnv>, org: Org): void {
  serve(app, org, featureKind);
  const featureOf = (c: Context<EmbeddedEnv>) => find(featureKind, placeOf(org, featureKind, c));
  for (const related of ['dependents', 'dependencies']) {
    app.get(`${path}/:id/${related}`, requireManagement(org, 'features'), (c) => {
      featureOf(c);
      return c.json([]);
    });
  }
  app.post(`${path}/:id/:step`, requireManagement(org, 'features'), (c) => {
    const feature = featureOf(c);
    const step = c.req.param('step').toUpperCase();
    if (step !== 'ENABLE' && step !== 'DISABLE') {
      throw invalid('lifecycle', 'must be ENABLE or DISABLE');
    }
    feature.status = step === 'ENABLE' ? 'ACTIVE' : 'INACTIVE';
    return c.json(featureJson(placeOf(org, featureKind, c), feature));
  });
}
