import { randomBytes } from 'node:crypto';
import type { OktaCredentials, Secrets, ServingSecrets } from '../../config.ts';
import type { EmbeddedOkta } from '../../embedded/handle.ts';
import { embeddedOktaCredentials } from '../../wire/embedded-okta-config.ts';

/** Used in place of secrets that are not set. They stay the same until the program ends. */
export type DefaultSecrets = Pick<
  ServingSecrets,
  'okta' | 'serviceClients' | 'hookSecrets' | 'sealingKeys'
>;

/** For a real org. */
export function defaultSecrets(okta: OktaCredentials): DefaultSecrets {
  return { okta, serviceClients: [], hookSecrets: [], sealingKeys: [randomBytes(32)] };
}

/** For the embedded org. The GraphiQL tabs of a backend and the event hook work without configuration. */
export function embeddedSecrets(embedded: EmbeddedOkta): DefaultSecrets {
  const { clientId, clientSecret } = embedded.seeded.serviceClient;
  return {
    ...defaultSecrets(embeddedOktaCredentials(embedded)),
    serviceClients: [{ id: clientId, secret: clientSecret }],
    hookSecrets: [randomBytes(24).toString('hex')],
  };
}

export function withDefaults(secrets: Secrets, defaults: DefaultSecrets): ServingSecrets {
  const { serviceClients, hookSecrets } = secrets;
  return {
    okta: secrets.okta ?? defaults.okta,
    serviceClients: serviceClients.length > 0 ? serviceClients : defaults.serviceClients,
    hookSecrets: hookSecrets.length > 0 ? hookSecrets : defaults.hookSecrets,
    redis: secrets.redis,
    sealingKeys: secrets.sealingKeys ?? defaults.sealingKeys,
  };
}
