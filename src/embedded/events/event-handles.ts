import type { EmbeddedOkta } from '../handle.ts';
import type { Org } from '../org.ts';
import { registerHook } from './register-hook.ts';

/** The System Log and the event hooks, for tests and for who starts an API beside the org. */
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
