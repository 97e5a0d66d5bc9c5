export interface Authorization {
  /** In small letters; empty where there is no header. */
  readonly scheme: string;
  readonly credentials: string;
}

/** The `Authorization` header in its two parts (RFC 9110 section 11.4). */
export function splitAuthorization(header: string | null): Authorization {
  const text = (header ?? '').trim();
  const end = text.search(/\s/);
  if (end < 0) return { scheme: text.toLowerCase(), credentials: '' };
  return { scheme: text.slice(0, end).toLowerCase(), credentials: text.slice(end).trimStart() };
}
