import type { ServiceClient } from '../config.ts';
import { createSecretMatch } from '../crypto/secret-match.ts';
import type { Caller } from './caller.ts';

/** The services that have a secret of this API's. */
export interface ServiceClients {
  /** The service that one of the spellings of `id:secret` is right for; rejected for none. */
  callerOf(spellings: readonly Buffer[]): Caller;
}

/** @param secrets as they are now: another array is another set of services */
export function createServiceClients(
  secrets: () => { readonly serviceClients: readonly ServiceClient[] },
): ServiceClients {
  const clients = () => secrets().serviceClients;
  const find = createSecretMatch(clients, ({ id, secret }) => `${id}:${secret}`);
  return {
    callerOf(spellings) {
      const client = find(spellings);
      return client === null
        ? { kind: 'rejected', code: 'CALLER_UNAUTHENTICATED' }
        : { kind: 'service', id: client.id };
    },
  };
}
