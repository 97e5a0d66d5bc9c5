/** A browser keeps nothing longer (rfc6265bis section 5.5). */
export const longestMaxAgeSeconds = 400 * 24 * 60 * 60;

export interface CookieAttributes {
  readonly secure: boolean;
  /** 0 deletes the cookie. */
  readonly maxAgeSeconds: number;
}

/** By name. Of two of one name the first counts, which has the longer path. */
export function parseCookies(header: string | null): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of (header ?? '').split(';')) {
    const [name = '', ...value] = pair.split('=');
    const key = name.trim();
    if (key !== '' && !cookies.has(key)) cookies.set(key, value.join('=').trim());
  }
  return cookies;
}

/** A `Set-Cookie` value. @param value base64url, dots and hyphens alone */
export function setCookie(name: string, value: string, attributes: CookieAttributes): string {
  const { secure, maxAgeSeconds } = attributes;
  const kept = Math.min(Math.max(0, Math.round(maxAgeSeconds)), longestMaxAgeSeconds);
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${kept}${secure ? '; Secure' : ''}`;
}

/** The parts of what `setCookie` made, for frameworks that set cookies by parts. */
export function partsOf(line: string) {
  const [pair = '', ...attributes] = line.split('; ');
  const end = pair.indexOf('=');
  const age = attributes.find((attribute) => attribute.startsWith('Max-Age='));
  return {
    name: pair.slice(0, end),
    value: pair.slice(end + 1),
    options: {
      path: '/',
      httpOnly: true,
      sameSite: 'lax',
      secure: attributes.includes('Secure'),
      maxAge: Number(age?.slice('Max-Age='.length) ?? 0),
    },
  } as const;
}

/** The `Cookie` header of a browser that has taken the lines; null for no cookie at all. */
export function withSetCookies(header: string | null, lines: readonly string[]): string | null {
  const cookies = new Map(parseCookies(header));
  for (const { name, value, options } of lines.map(partsOf)) {
    if (options.maxAge === 0) cookies.delete(name);
    else cookies.set(name, value);
  }
  if (cookies.size === 0) return null;
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
}
