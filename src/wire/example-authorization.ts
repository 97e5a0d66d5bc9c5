import type { ServiceClient } from '../config.ts';
import type { EmbeddedOkta } from '../embedded/handle.ts';

/**
 * The page is open to whoever reaches it, so of all secrets it may hold the one that everybody can
 * read in the source: that of the embedded org.
 */
export function exampleAuthorization(
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
