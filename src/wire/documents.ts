import { isLoopback } from '../config/issuer.ts';
import type { ServiceClient, ServingConfig } from '../config.ts';
import type { EmbeddedOkta } from '../embedded/handle.ts';
import type { AppDeps } from '../server/app.ts';
import { documentForms } from '../server/graphql/documents/document-forms.ts';
import { readManifest } from '../server/graphql/documents/documents-file.ts';
import { createDocuments } from '../server/graphql/documents/persisted-documents.ts';
import { readOperations } from '../server/graphql/graphiql/example-operations.ts';
import type { PageOptions } from '../server/graphql/graphiql/page.ts';
import { toTabs } from '../server/graphql/graphiql/tour.ts';

/**
 * Anyone who can open the page can read it, so it only has the secret of the embedded org, which is in
 * the source.
 */
function exampleAuthorization(
  clients: readonly ServiceClient[],
  seeded: EmbeddedOkta['seeded'] | null,
): string {
  const example = clients.find(
    ({ id, secret }) =>
      id === seeded?.serviceClient.clientId && secret === seeded.serviceClient.clientSecret,
  );
  if (example === undefined) return 'Basic {{serviceCredentials}}';
  return `Basic ${Buffer.from(`${example.id}:${example.secret}`).toString('base64')}`;
}

/** Persisted documents, and the settings of the developer tools. */
export async function knownDocuments(
  { production, exposeDevelopment, server, secrets, accounts, okta }: ServingConfig,
  seeded: EmbeddedOkta['seeded'] | null,
): Promise<Pick<AppDeps, 'production' | 'operationNames' | 'documents' | 'graphiql'>> {
  // Closed in production, and where other machines could reach them, unless that was allowed.
  const closed = production || !(isLoopback(server.host) || exposeDevelopment);
  const operations = await readOperations();
  const shipped = operations.flatMap(({ query }) => documentForms(query));
  const persisted = server.documentsFile === null ? [] : await readManifest(server.documentsFile);
  const service = exampleAuthorization(secrets().serviceClients, seeded);
  return {
    production: closed,
    operationNames: new Set(operations.map(({ name }) => name)),
    documents: createDocuments([...shipped, ...persisted]),
    graphiql: closed
      ? null
      : {
          tabs: toTabs(operations, { service, signUp: accounts.signUp }),
          org: seeded === null ? null : orgOf(okta.issuer, seeded),
        },
  };
}

function orgOf(issuer: string, { customer }: EmbeddedOkta['seeded']): PageOptions['org'] {
  return { url: new URL(issuer).origin, customer };
}
