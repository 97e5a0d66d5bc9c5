import { chunkNames, fitsOne, join, split } from './chunks.ts';
import { setCookie } from './cookies.ts';
import type { Seal, SealProblem } from './seal.ts';

export type ReadCookie<Value> =
  | { readonly kind: 'none' }
  | { readonly kind: 'open'; readonly value: Value }
  | { readonly kind: 'torn'; readonly settling: boolean }
  | { readonly kind: 'closed'; readonly problem: SealProblem };

/** A value in one or two sealed cookies of one name. */
export interface SealedCookie<Value> {
  read(cookies: ReadonlyMap<string, string>, secure: boolean): Promise<ReadCookie<Value>>;
  /** `Set-Cookie` lines; null where the value is too large. @param expiresAt ms since 1970 */
  write(value: Value, expiresAt: number, secure: boolean): Promise<readonly string[] | null>;
  /** Deletes what the browser has sent, or may have got meanwhile. */
  clear(secure: boolean): readonly string[];
}

/** @param now ms since 1970 */
export function createSealedCookie<Value>(
  purpose: string,
  cookieName: string,
  { seal, open }: Seal,
  now: () => number,
): SealedCookie<Value> {
  const nameOf = (secure: boolean) => `${secure ? '__Host-' : ''}${cookieName}`;
  return {
    async read(cookies, secure) {
      const joined = join(nameOf(secure), cookies, now());
      if (joined.kind === 'damaged') return { kind: 'closed', problem: 'DAMAGED' };
      if (joined.kind !== 'whole') return joined;
      const opened = await open(purpose, joined.sealed, now());
      return 'value' in opened
        ? { kind: 'open', value: opened.value as Value }
        : { kind: 'closed', problem: opened.problem };
    },
    async write(value, expiresAt, secure) {
      const name = nameOf(secure);
      const sealed = await seal(purpose, value, expiresAt, fitsOne(`${name}.1`));
      const chunks = split(name, sealed, now());
      if (chunks === null) return null;
      const maxAgeSeconds = (expiresAt - now()) / 1000;
      const lines = chunks.map((chunk) =>
        setCookie(chunk.name, chunk.value, { secure, maxAgeSeconds }),
      );
      // A second part of an earlier value.
      const left = chunkNames(name).slice(chunks.length);
      return [
        ...lines,
        ...left.map((leftName) => setCookie(leftName, '', { secure, maxAgeSeconds: 0 })),
      ];
    },
    clear: (secure) =>
      chunkNames(nameOf(secure)).map((name) => setCookie(name, '', { secure, maxAgeSeconds: 0 })),
  };
}
