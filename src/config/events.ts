import type { Config } from '../config.ts';
import type { Settings } from './settings.ts';

const minSecretLength = 16;
/** Each poll is one call; more would exceed the default rate limit of an org. */
const minLogPollSeconds = 0.5;

/** How the API receives events from Okta. @param embedded whether Okta is the embedded org */
export function readEvents(settings: Settings, embedded: boolean): Config['events'] {
  const name = 'OKTA_LOG_POLL_SECONDS';
  const logPollSeconds = settings.decimal(name, {
    // On a real org it needs an extra scope, and a share of a small rate limit.
    fallback: embedded ? minLogPollSeconds : 0,
    min: 0,
    max: 120,
  });
  if (logPollSeconds > 0 && logPollSeconds < minLogPollSeconds) {
    settings.report(
      name,
      `It is less than ${minLogPollSeconds}, which Okta's rate limit has no room for.`,
      `Use 0 for never, or a number from ${minLogPollSeconds} on.`,
    );
  }
  return { logPollSeconds };
}

/** One, or two during a rotation. */
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
