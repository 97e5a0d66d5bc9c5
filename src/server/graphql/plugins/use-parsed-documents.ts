import { parse, validate } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { ParsedDocuments } from '../documents/parsed-documents.ts';
import { mayHoldSecret } from '../documents/secret-texts.ts';
import type { Exchange, ServerContext } from '../request/exchange.ts';

/** The largest document of a caller is GraphiQL's introspection, with 184. */
const maxTokens = 500;

interface Options {
  readonly parsedDocuments: ParsedDocuments;
  /** Whether an error suggests similar names of the schema. */
  readonly suggestions: boolean;
}

/**
 * Parses and validates documents that are not cached. Parsing stops at the token limit, since every
 * later step costs by the size of the document. Validation stops at its first error: a hundred errors
 * take 8 times as long, and their suggestions as long again. Documents that fail are not cached, nor
 * those with a text that may be a secret.
 */
export function useParsedDocuments({
  parsedDocuments,
  suggestions,
}: Options): Plugin<ServerContext, ServerContext> {
  const validateFn: typeof validate = (schema, document, rules) =>
    validate(schema, document, rules, { maxErrors: 1, hideSuggestions: !suggestions });
  return {
    onParse({ context, setParsedDocument, setParseFn }) {
      const known = parsedDocuments.get(textOf(context));
      if (known !== undefined) setParsedDocument(known);
      else setParseFn((source: Parameters<typeof parse>[0]) => parse(source, { maxTokens }));
    },
    onValidate({ context, params: { documentAST }, setResult, setValidationFn }) {
      const text = textOf(context);
      if (parsedDocuments.get(text) === documentAST) {
        setResult([]);
        return undefined;
      }
      setValidationFn(validateFn);
      return ({ valid, result, setResult: replaceResult }) => {
        // The second error says that validation was stopped.
        if (!valid) replaceResult(result.slice(0, 1));
        else if (!mayHoldSecret(documentAST)) parsedDocuments.offer(text, documentAST);
      };
    },
  };
}

function textOf({ exchange }: { readonly exchange: Exchange }): string {
  return exchange.params.query;
}
