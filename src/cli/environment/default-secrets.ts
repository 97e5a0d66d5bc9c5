import { randomBytes } from 'node:crypto';
import type { OktaCredentials, Secrets, ServingSecrets } from '../../config.ts';
import type { EmbeddedOkta } from '../../embedded/handle.ts';
import { embeddedOktaCredentials } from '../../wire/embedded-okta-config.ts';

/** What is used for secrets that are not set, the same from the start to the end. */
export type StandIns = Pick<
  ServingSecrets,
  'okta' | 'serviceClients' | 'hookSecrets' | 'sealingKeys'
>;

/** On a real org. */
export function ofItsOwn(okta: OktaCredentials): StandIns {
  return { okta, serviceClients: [], hookSecrets: [], sealingKeys: [randomBytes(32)] };
}

/** So that the tabs of a backend, and the event hook, work with nothing configured. */
export function ofEmbedded(embedded: EmbeddedOkta): StandIns {
  const { clientId, clientSecret } = embedded.seeded.serviceClient;
  return {
    ...ofItsOwn(embeddedOktaCredentials(embedded)),
    serviceClients: [{ id: clientId, secret: clientSecret }],
    hookSecrets: [randomBytes(24).toString('hex')],
  };
}

export function withStandIns(secrets: Secrets, standIns: StandIns): ServingSecrets {
  const { serviceClients, hookSecrets } = secrets;
  return {
    okta: secrets.okta ?? standIns.okta,
    serviceClients: serviceClients.length > 0 ? serviceClients : standIns.serviceClients,
    hookSecrets: hookSecrets.length > 0 ? hookSecrets : standIns.hookSecrets,
    redis: secrets.redis,
    sealingKeys: secrets.sealingKeys ?? standIns.sealingKeys,
  };
}
