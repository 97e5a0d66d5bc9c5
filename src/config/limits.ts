import { isIP } from 'node:net';
import type { Config, Network } from '../config.ts';
import type { Settings } from './settings.ts';

/** Several workers need Redis, the only way in which they share state. */
export function readWorkers(settings: Settings): number {
  const workers = settings.integer('WORKERS', { fallback: 1, min: 1, max: 64 });
  if (workers > 1) {
    settings.required(
      'REDIS_URL',
      'Several workers share refreshes, log-in attempts, limits and events through Redis. Set REDIS_URL to its address, such as redis://localhost:6379, or set WORKERS=1.',
    );
  }
  return workers;
}

export function readProfiles(settings: Settings): Config['profiles'] {
  return {
    ttlSeconds: settings.integer('PROFILE_TTL_SECONDS', { fallback: 30, min: 0, max: 3600 }),
  };
}

/** The maximum number of connections, and how long one may be idle. */
export function readConnections(settings: Settings): Config['server']['connections'] {
  return {
    max: settings.integer('MAX_CONNECTIONS', { fallback: 5_000, min: 10, max: 100_000 }),
    keepAliveSeconds: settings.integer('KEEP_ALIVE_SECONDS', { fallback: 5, min: 1, max: 600 }),
  };
}

export function readRefreshGrace(settings: Settings): number {
  return settings.integer('REFRESH_GRACE_SECONDS', { fallback: 30, min: 1, max: 60 });
}

export function readServiceScope(settings: Settings): string {
  return settings.text('SERVICE_SCOPE') ?? 'accounts.read';
}

export function readLimits(settings: Settings): Config['limits'] {
  return { on: settings.choice('RATE_LIMITS', ['on', 'off'], 'on') === 'on' };
}

/** Addresses and CIDR blocks (RFC 4632). */
export function readTrustedProxies(settings: Settings): readonly Network[] {
  const name = 'TRUSTED_PROXIES';
  return settings.list(name).flatMap((entry, index) => {
    const network = readNetwork(entry);
    if (network === null) {
      settings.report(
        name,
        `Its entry ${index + 1} is neither an address nor a network.`,
        'Write 10.0.0.7 or 10.0.0.0/8, with commas between entries.',
      );
      return [];
    }
    if (network.prefix === 0) {
      settings.report(
        name,
        `Its entry ${index + 1} is every address there is, so any caller could claim to be any other.`,
        'List the addresses of your own proxies.',
      );
    }
    return [network];
  });
}

function readNetwork(entry: string): Network | null {
  const [address = '', length, ...rest] = entry.split('/');
  const version = isIP(address);
  if (version === 0 || address.includes('%') || rest.length > 0) return null;
  const longest = version === 4 ? 32 : 128;
  const prefix = length === undefined ? longest : /^\d{1,3}$/.test(length) ? Number(length) : -1;
  if (prefix < 0 || prefix > longest) return null;
  return { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}
