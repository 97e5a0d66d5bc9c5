import type { Settings } from './settings.ts';

export function readWorkers(settings: Settings): number {
  return settings.integer('WORKERS', { fallback: 1, min: 1, max: 64 });
}
