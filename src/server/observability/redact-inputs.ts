import type { GraphQLRequest } from '../graphql/request/params.ts';

/** Shorter ones are in many innocent texts, and no secret. */
const shortest = 4;

/** Puts `…` for every value of the request, which another server's text may quote. */
export function redactInputs(text: string, request: GraphQLRequest): string {
  return [...literals(request.query), ...leaves(request.variables)]
    .filter((sent) => sent.length >= shortest)
    .sort((one, other) => other.length - one.length)
    .reduce((left, sent) => left.replaceAll(sent, '…'), text);
}

function literals(query: string): readonly string[] {
  return [...query.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, literal = '']) => literal);
}

/** The guards have bounded how deep this can go. */
function leaves(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(leaves);
}
