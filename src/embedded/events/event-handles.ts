import type { EmbeddedOkta, HookRegistration } from '../handle.ts';
import type { Org } from '../org.ts';
import { accountHookEvents, isHookEligible } from './catalogue.ts';
import { checkedUri } from './hook-entity.ts';
import { createHook } from './hooks-routes.ts';

/** Creates and verifies a hook in one step. @throws where Okta would refuse it, or it fails to verify */
async function registerHook(
  org: Org,
  { url, secret, eventTypes = accountHookEvents }: HookRegistration,
): Promise<string> {
  const foreign = eventTypes.find((type) => !isHookEligible(type));
  if (foreign !== undefined) throw new Error(`Event hooks cannot subscribe to ${foreign}.`);
  const channel = {
    uri: checkedUri(url),
    headers: [],
    auth: { key: 'authorization', value: secret },
  };
  const hook = createHook(org, { name: 'Account API', description: null, eventTypes, channel });
  const failure = await org.hooks.verify(hook);
  if (failure === null) return hook.id;
  org.hooks.remove(hook.id);
  throw new Error(`The event hook at ${url} could not be verified: ${failure}.`);
}

/** The System Log and the event hooks, for tests and for the program that starts the org. */
export function eventHandles(org: Org): Pick<EmbeddedOkta, 'events' | 'hooks'> {
  return {
    events: {
      all: () => org.events.all().map(({ event }) => event),
      delayIndexing: (ms) => org.events.delayIndexing(ms),
    },
    hooks: {
      register: (registration) => registerHook(org, registration),
      trouble: (trouble) => org.hooks.trouble(trouble),
      settled: () => org.hooks.settled(),
    },
  };
}
