import { isIP } from 'node:net';
import { adminConsole, isLoopback } from '../../config/issuer.ts';

/** Scheme, host and port; null for what is no address, or an http one of another machine. */
export function baseAddress(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  return url.protocol === 'https:' || isLoopback(url.hostname) ? url.origin : null;
}

/** @returns what is wrong with it as the end of a sentence; null: nothing */
export function orgProblem(text: string): string | null {
  const address = baseAddress(text);
  if (address === null) return 'is not an https address, such as https://acme.okta.com';
  if (!adminConsole.test(address)) return null;
  return `is the Admin Console: the org is ${address.replace(adminConsole, '')}`;
}

/** Names of apps have up to 100 characters, and lists are searched by them. */
const mostInPrefix = 40;

/** @returns what is wrong with it as the end of a sentence; null: nothing */
export function prefixProblem(text: string): string | null {
  const prefix = text.trim();
  if (prefix.length > mostInPrefix) return `has more than ${mostInPrefix} characters`;
  return /^[\p{L}\p{N}][\p{L}\p{N} ._()-]*$/u.test(prefix)
    ? null
    : 'has other characters than letters, digits, spaces and ._()-';
}

/** With its path and without a slash at the end; null for what no mail can link to. */
export function shopAddress(text: string): string | null {
  const base = baseAddress(text);
  if (base === null) return null;
  const { pathname, search, hash } = new URL(text);
  return search + hash === '' ? base + pathname.replace(/\/+$/, '') : null;
}

/** @returns what is wrong with it as the end of a sentence; null: nothing */
export function shopProblem(text: string): string | null {
  return shopAddress(text) === null
    ? 'is not an https address, such as https://shop.example.com'
    : null;
}

/** @returns what is wrong with it as the end of a sentence; null: nothing */
export function hookProblem(text: string): string | null {
  return baseAddress(text) === null
    ? 'is not an https address, such as https://account.example.com'
    : null;
}

/** @returns what is wrong with it as the end of a sentence; null: nothing */
export function egressProblem(text: string): string | null {
  const wrong = cidrsOf(text).find((cidr) => !isCidr(cidr));
  return wrong === undefined ? null : `has ${wrong}, which is not a CIDR block like 203.0.113.7/32`;
}

/** Splits a list by its commas. */
export function cidrsOf(text: string): readonly string[] {
  return text.split(',').flatMap((cidr) => cidr.trim() || []);
}

function isCidr(text: string): boolean {
  const [address = '', prefix = '', ...more] = text.split('/');
  const bits = isIP(address) === 4 ? 32 : 128;
  return (
    more.length === 0 && isIP(address) !== 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits
  );
}
