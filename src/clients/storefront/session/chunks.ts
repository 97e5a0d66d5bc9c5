/** A browser takes 4,096 bytes of name and value (rfc6265bis section 5.6). The rest is in reserve. */
const cookieBytes = 3_900;
/** Node takes 16 KiB of headers in all, nginx 8 KiB of a line: three cookies would not arrive. */
const mostChunks = 2;
/** Parts of one set that are older than this do not come together any more. */
const tornForMs = 60_000;
const tagBytes = 24;

/** What the cookies of a request hold under one name. */
export type Joined =
  | { readonly kind: 'none' }
  | { readonly kind: 'whole'; readonly sealed: string }
  /** Parts of two answers. `settling`: the browser may still be taking in the second one. */
  | { readonly kind: 'torn'; readonly settling: boolean }
  | { readonly kind: 'damaged' };

/** How long a text may be that needs one cookie. */
export function fitsOne(name: string): number {
  return cookieBytes - name.length - tagBytes;
}

export function chunkNames(name: string): readonly string[] {
  return [name, `${name}.1`];
}

/**
 * A text in one or two cookies, each as `tag.index.count.part`. The tag is that of one sealing: two
 * answers that arrive at once can leave the first part of one beside the second part of the other.
 * @returns null for a text that two cookies do not hold
 */
export function split(
  name: string,
  sealed: string,
  now: number,
): readonly { readonly name: string; readonly value: string }[] | null {
  const size = fitsOne(`${name}.1`);
  const count = Math.ceil(sealed.length / size);
  if (count > mostChunks) return null;
  const random = crypto.getRandomValues(new Uint8Array(4));
  const tag = `${Math.floor(now / 1000).toString(36)}-${[...random].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  return chunkNames(name)
    .slice(0, count)
    .map((chunkName, index) => ({
      name: chunkName,
      value: `${tag}.${index}.${count}.${sealed.slice(index * size, (index + 1) * size)}`,
    }));
}

export function join(name: string, cookies: ReadonlyMap<string, string>, now: number): Joined {
  const values = chunkNames(name).map((chunkName) => cookies.get(chunkName));
  if (values.every((value) => value === undefined)) return { kind: 'none' };
  const [first, second] = values.map(parseChunk);
  if (values[0] !== undefined && first === undefined) return { kind: 'damaged' };
  if (first?.count === 1 && first.index === 0) return { kind: 'whole', sealed: first.part };
  if (first !== undefined && second?.tag === first.tag && second.index === 1) {
    return { kind: 'whole', sealed: first.part + second.part };
  }
  const newest = Math.max(first?.sealedAt ?? 0, second?.sealedAt ?? 0);
  return { kind: 'torn', settling: Math.abs(now - newest) < tornForMs };
}

function parseChunk(value: string | undefined) {
  const [, tag = '', seconds = '', index, count, part = ''] =
    /^(([\da-z]{1,9})-[\da-f]{8})\.([01])\.([12])\.([\w.-]+)$/.exec(value ?? '') ?? [];
  if (tag === '') return undefined;
  const sealedAt = Number.parseInt(seconds, 36) * 1000;
  return { tag, sealedAt, index: Number(index), count: Number(count), part };
}
