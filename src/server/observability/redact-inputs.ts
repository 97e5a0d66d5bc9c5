/** What a caller sent. */
export interface SentInputs {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** Shorter ones occur in many harmless texts, and are no secrets. */
const shortest = 4;

/** Replaces every value of the request, which another server's text may quote, by `…`. */
export function redactInputs(text: string, request: SentInputs): string {
  return [...literals(request.query), ...leaves(request.variables)]
    .filter((sent) => sent.length >= shortest)
    .sort((one, other) => other.length - one.length)
    .reduce((left, sent) => left.replaceAll(sent, '…'), text);
}

function literals(query: string): readonly string[] {
  return [...query.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, literal = '']) => literal);
}

/** Recursion is safe, since the guards limit the depth. */
function leaves(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(leaves);
}
