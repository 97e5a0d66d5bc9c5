import type { ServingConfig } from '../config.ts';
import { authorizationServer } from '../okta/oauth/client.ts';
import type { MetadataOptions } from '../server/gateways/metadata.ts';

export function metadataOf({ okta, server }: ServingConfig): MetadataOptions {
  const jwksUri = authorizationServer(okta.orgUrl, okta.issuer).jwks_uri;
  return { issuer: okta.issuer, jwksUri, publicUrl: server.publicUrl };
}
