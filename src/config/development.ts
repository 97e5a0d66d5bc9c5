import { isLoopback } from './issuer.ts';
import type { Settings } from './settings.ts';

/** All addresses, as in a container, whose ports are published elsewhere. */
const everyAddress = ['0.0.0.0', '::'];

/** Whether developer tools may be reachable from other machines. */
export function readDevelopment(settings: Settings, host: string): boolean {
  const name = 'EXPOSE_DEVELOPMENT';
  const exposed = settings.choice(name, ['true', 'false'], 'false') === 'true';
  if (settings.production) {
    if (exposed) settings.report(name, 'Production has nothing for developers.', 'Remove it.');
    return false;
  }
  if (isLoopback(host)) return false;
  if (!exposed) {
    settings.report(
      'HOST',
      'Outside production GraphiQL and introspection are open, so this machine alone may call.',
      'Remove it, or set NODE_ENV=production; in a container whose ports are published to one machine alone, EXPOSE_DEVELOPMENT=true.',
    );
  } else if (!everyAddress.includes(host)) {
    settings.report(
      'HOST',
      'With EXPOSE_DEVELOPMENT it is for a container, and is one address of several.',
      'Use 0.0.0.0 or ::.',
    );
  }
  return exposed;
}
