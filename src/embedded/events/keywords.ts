import { ApiError } from '../http/responses.ts';
import type { EventPredicate } from './filter.ts';
import type { LogEvent } from './log-event.ts';

const maxKeywords = 10;
const maxKeywordLength = 40;

/**
 * The `q` of the System Log: every keyword must be a word of some value, whatever its case.
 * @throws ApiError E0000001
 */
export function compileKeywords(query: string): EventPredicate {
  const keywords = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (keywords.length > maxKeywords || keywords.some(({ length }) => length > maxKeywordLength)) {
    throw new ApiError('E0000001', {
      about: `'q': Freeform search cannot contain items longer than ${maxKeywordLength} characters. Please shorten the items in your search or use an advanced filter to query by specific fields.`,
    });
  }
  return (event) => {
    const words = wordsOf(event);
    return keywords.every((keyword) => words.has(keyword));
  };
}

/** A word with hyphens counts as a whole and in its parts. */
function wordsOf(event: LogEvent): Set<string> {
  const texts = textsIn(event).flatMap((text) => text.toLowerCase().split(/\s+/));
  return new Set(texts.flatMap((word) => [word, ...word.split('-')]));
}

function textsIn(node: unknown): string[] {
  if (typeof node === 'string') return [node];
  if (typeof node !== 'object' || node === null) return [];
  return Object.values(node).flatMap(textsIn);
}
