type Json = Readonly<Record<string, unknown>>;

/** What is given, over what Okta fills in, member by member; lists are taken whole. */
export function merged(defaults: Json, given: unknown): Record<string, unknown> {
  if (!isJson(given)) return { ...defaults };
  const result: Record<string, unknown> = { ...defaults };
  for (const [name, value] of Object.entries(given)) {
    const fallback = defaults[name];
    result[name] = isJson(fallback) && isJson(value) ? merged(fallback, value) : value;
  }
  return result;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
