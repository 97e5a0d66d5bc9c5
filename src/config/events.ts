import type { Config } from '../config.ts';
import type { Settings } from './settings.ts';

const minSecretLength = 16;

/** How the API hears of what happens at Okta. @param embedded whether Okta is the embedded org */
export function readEvents(settings: Settings, embedded: boolean): Config['events'] {
  return {
    logPollSeconds: settings.integer('OKTA_LOG_POLL_SECONDS', {
      // On a real org it takes a scope that nothing else needs, and a share of a small rate limit.
      fallback: embedded ? 1 : 0,
      min: 0,
      max: 120,
    }),
  };
}

/** One, or two while it changes. */
export function readHookSecrets(settings: Settings): readonly string[] {
  const name = 'OKTA_HOOK_SECRET';
  const secrets = settings.list(name);
  secrets.forEach((secret, index) => {
    const entry = secrets.length > 1 ? `Its entry ${index + 1}` : 'It';
    if (!/^[\x20-\x7e]+$/.test(secret)) {
      settings.report(
        name,
        `${entry} has characters that no header can have.`,
        'Make one with `openssl rand -hex 24`.',
      );
    } else if (secret.length < minSecretLength) {
      settings.report(
        name,
        `${entry} is shorter than ${minSecretLength} characters.`,
        'Make one with `openssl rand -hex 24`.',
      );
    }
  });
  return secrets;
}
