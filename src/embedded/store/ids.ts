import { randomInt } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function randomText(length: number): string {
  let text = '';
  while (text.length < length) text += alphabet.charAt(randomInt(alphabet.length));
  return text;
}

/** What an id names; the values are Okta's prefixes. */
const idPrefixes = {
  user: '00u',
  refreshToken: 'oar',
  error: 'oae',
  grant: 'oag',
  session: '102',
  mail: 'eml',
  totp: 'ost',
  email: 'emf',
  sms: 'sms',
  pushFactor: 'opf',
  push: 'mst',
  eventHook: 'who',
} as const;

/** 20 characters, as Okta's ids are. */
export function newId(kind: keyof typeof idPrefixes): string {
  return randomId(idPrefixes[kind]);
}

/** An id of 20 characters that begins as Okta's ids of its kind do. */
export function randomId(prefix: string): string {
  return prefix + randomText(20 - prefix.length);
}

/** Okta's recovery and activation tokens have 20 characters; state and session tokens start with `00`. */
export function newToken(length: number, prefix = ''): string {
  return prefix + randomText(length - prefix.length);
}
