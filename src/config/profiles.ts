import type { Config } from '../config.ts';
import type { Settings } from './settings.ts';

export function readProfiles(settings: Settings): Config['profiles'] {
  return {
    ttlSeconds: settings.integer('PROFILE_TTL_SECONDS', { fallback: 30, min: 0, max: 3600 }),
  };
}
