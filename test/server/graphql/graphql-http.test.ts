import { serverAudits } from 'graphql-http';
import { afterAll, expect, test } from 'vitest';
import { startStack } from '../../support/start.ts';

const servers = {
  development: await startStack({ production: false }),
  production: await startStack({ production: true }),
};
afterAll(async () => {
  await servers.development.close();
  await servers.production.close();
});

/** Ids of the audits of GraphQL over HTTP that do not end `ok`. */
async function failing(mode: keyof typeof servers): Promise<readonly string[]> {
  const audits = serverAudits({ url: `${servers[mode].url}/graphql`, fetchFn: fetch });
  expect(audits).toHaveLength(61);
  const results = await Promise.all(audits.map((audit) => audit.fn()));
  return results.flatMap((result) => (result.status === 'ok' ? [] : [result.id])).sort();
}

/** Variables in the URL of a GET. Queries go by POST alone. */
const byGet = ['6A70', 'D6D5'];

test('in development the audits of GraphQL over HTTP pass, but those for queries by GET', async () => {
  expect(await failing('development')).toEqual(byGet);
});

test('in production those fail that need introspection too, and no others', async () => {
  expect(await failing('production')).toEqual(['28B9', '2EA1', ...byGet].sort());
});
