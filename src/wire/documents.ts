import { isLoopback } from '../config/issuer.ts';
import type { ServingConfig } from '../config.ts';
import type { EmbeddedOkta } from '../embedded/handle.ts';
import type { AppDeps } from '../server/app.ts';
import { createDocuments } from '../server/documents.ts';
import { readManifest } from '../server/manifest.ts';
import { readOperations, toTabs } from '../server/operations.ts';
import { exampleAuthorization } from './example-authorization.ts';

/** The documents that the server knows, and what it shows of itself to developers. */
export async function knownDocuments(
  { production, exposeDevelopment, server, secrets }: ServingConfig,
  seeded: EmbeddedOkta['seeded'] | null,
): Promise<Pick<AppDeps, 'production' | 'operationNames' | 'documents' | 'graphiql'>> {
  // What is open to developers is open to nobody else, whatever the configuration lets through.
  const closed = production || !(isLoopback(server.host) || exposeDevelopment);
  const operations = await readOperations();
  const persisted = server.documentsFile === null ? [] : await readManifest(server.documentsFile);
  const service = exampleAuthorization(secrets().serviceClients, seeded);
  return {
    production: closed,
    operationNames: new Set(operations.map(({ name }) => name)),
    documents: createDocuments([...operations.map(({ query }) => query), ...persisted]),
    graphiql: closed ? null : { tabs: toTabs(operations, service) },
  };
}
