import { ApiError, isObject } from '../http/responses.ts';
import { newId } from '../store/ids.ts';
import { isHookEligible } from './catalogue.ts';

/** Times are epoch milliseconds. */
export interface EventHookEntity {
  readonly id: string;
  readonly created: number;
  readonly createdBy: string;
  lastUpdated: number;
  status: 'ACTIVE' | 'INACTIVE';
  /** Whether its endpoint has answered the one-time verification. */
  verified: boolean;
  settings: HookSettings;
}

/** What an administrator may choose. */
export interface HookSettings {
  readonly name: string;
  readonly description: string | null;
  readonly eventTypes: readonly string[];
  readonly channel: HookChannel;
}

export interface HookChannel {
  readonly uri: string;
  readonly headers: readonly HookHeader[];
  /** The header that authenticates Okta's requests; null for none. */
  readonly auth: HookHeader | null;
}

export interface HookHeader {
  readonly key: string;
  readonly value: string;
}

export function newHook(
  settings: HookSettings,
  by: { readonly now: number; readonly createdBy: string },
): EventHookEntity {
  return {
    id: newId('eventHook'),
    created: by.now,
    createdBy: by.createdBy,
    lastUpdated: by.now,
    status: 'ACTIVE',
    verified: false,
    settings,
  };
}

type Json = Readonly<Record<string, unknown>>;

/**
 * The settings in the body of a `POST` or `PUT`. Okta never shows a secret again, so an absent one
 * stays as it was.
 * @throws ApiError E0000001, and E0000060 for filters, which this org does not evaluate
 */
export function readSettings(body: Json, before: HookSettings | null): HookSettings {
  const { name, description, events, channel } = body;
  if (typeof name !== 'string' || name === '') {
    throw invalid('name', 'The field cannot be left blank');
  }
  return {
    name,
    description: typeof description === 'string' ? description : null,
    eventTypes: eventTypesIn(events),
    channel: channelIn(channel, before?.channel ?? null),
  };
}

function eventTypesIn(events: unknown): string[] {
  const { type, items, filter } = isObject(events) ? events : {};
  if (filter !== undefined && filter !== null) throw new ApiError('E0000060');
  if (type !== 'EVENT_TYPE') throw invalid('events.type', 'must be EVENT_TYPE');
  if (!Array.isArray(items) || items.length === 0) {
    throw invalid('events.items', 'The field cannot be left blank');
  }
  return items.map((item) => {
    if (typeof item === 'string' && isHookEligible(item)) return item;
    throw invalid('events.items', `Event type is not eligible for event hooks: ${item}`);
  });
}

function channelIn(channel: unknown, before: HookChannel | null): HookChannel {
  const { type, version, config } = isObject(channel) ? channel : {};
  if (type !== 'HTTP') throw invalid('channel.type', 'must be HTTP');
  if (version !== '1.0.0') throw invalid('channel.version', 'must be 1.0.0');
  const { uri, headers, authScheme } = isObject(config) ? config : {};
  return {
    uri: checkedUri(uri),
    headers: headersIn(headers),
    auth: authIn(authScheme, before?.auth ?? null),
  };
}

/** @throws ApiError E0000001 for an address that is not on this machine: this org calls no other */
export function checkedUri(uri: unknown): string {
  const url = typeof uri === 'string' && URL.canParse(uri) ? new URL(uri) : null;
  const isHere =
    url !== null &&
    ['http:', 'https:'].includes(url.protocol) &&
    /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (isHere) return url.href;
  throw invalid('channel.config.uri', 'The embedded org calls the loopback address alone');
}

function headersIn(headers: unknown): HookHeader[] {
  if (headers === undefined || headers === null) return [];
  if (!Array.isArray(headers)) throw new ApiError('E0000003');
  return headers.map((header) => {
    const { key, value } = isObject(header) ? header : {};
    if (typeof key === 'string' && typeof value === 'string') return { key, value };
    throw invalid('channel.config.headers', 'must have a key and a value');
  });
}

function authIn(scheme: unknown, before: HookHeader | null): HookHeader | null {
  if (scheme === undefined || scheme === null) return null;
  const { type, key, value } = isObject(scheme) ? scheme : {};
  const at = 'channel.config.authScheme';
  if (type !== 'HEADER') throw invalid(`${at}.type`, 'must be HEADER');
  if (typeof key !== 'string' || key === '') {
    throw invalid(`${at}.key`, 'The field cannot be left blank');
  }
  if (typeof value === 'string') return { key, value };
  if (before?.key.toLowerCase() === key.toLowerCase()) return { key, value: before.value };
  throw invalid(`${at}.value`, 'The field cannot be left blank');
}

export function invalid(field: string, problem: string): ApiError {
  const cause = `${field}: ${problem}`;
  return new ApiError('E0000001', { about: cause, causes: [cause] });
}
