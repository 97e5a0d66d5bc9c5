import { parse } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** The largest document of a caller is GraphiQL's introspection, with 184. */
const maxTokens = 500;

/** Ends the reading of a document, not only its use: what comes after parsing costs by its size. */
export function useTokenLimit(): Plugin {
  return {
    onParse({ setParseFn }) {
      setParseFn((source: Parameters<typeof parse>[0]) => parse(source, { maxTokens }));
    },
  };
}
