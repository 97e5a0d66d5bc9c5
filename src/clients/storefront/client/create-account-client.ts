import { createOperations, type Operations } from './operations.ts';
import { createTransport, type Request } from './send.ts';
import type { AccountClientSettings } from './settings.ts';

/** The API with the storefront's own credentials, for any number of shoppers at once. */
export interface AccountClient extends Operations {
  /** Sends a document of your own. @throws AccountApiError */
  readonly request: Request;
  /** How far the API's clock is ahead of this machine's, in ms; 0 until it has answered. */
  readonly clockAhead: () => number;
}

/**
 * Connects to nothing until it is used. Documents go by their hash, and in full where the API does not
 * know them.
 * @throws TypeError for settings that cannot work
 */
export function createAccountClient(settings: AccountClientSettings): AccountClient {
  const { request, ahead } = createTransport(settings);
  return { ...createOperations(request), request, clockAhead: ahead };
}
