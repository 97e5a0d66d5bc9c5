import {
  type ASTVisitor,
  type ExecutableDefinitionNode,
  GraphQLError,
  isExecutableDefinitionNode,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** Fragments count each time they are spread. */
const documentLimits = {
  /** Fields below one another; the deepest path of the schema's own documents has 4. */
  depth: 8,
  /**
   * Fields, fragments and spreads of all operations together, since a rule of graphql-js compares
   * every two of them: GraphiQL's introspection has 240, the largest of the schema's own documents 38.
   */
  selections: 250,
  /** Each may cost calls to Okta. */
  rootFields: 10,
  /** `__typename` included: an alias is how one request asks for one thing many times. */
  aliases: 5,
  directives: 10,
  /**
   * Fields with subfields in one selection set. Where they are the same field, the rule
   * OverlappingFieldsCanBeMerged compares every two of them: 120 take 10 times as long as anything
   * else.
   */
  siblings: 40,
};

/** Bounds what one request can make the server do, before any field is resolved. */
export function useDocumentLimits(options: { readonly introspection: boolean }): Plugin {
  return {
    onValidate({ addValidationRule }) {
      addValidationRule(withinLimits);
      addValidationRule(oneMutation);
      addValidationRule(noSubscription);
      if (!options.introspection) addValidationRule(NoSchemaIntrospectionCustomRule);
    },
  };
}

interface Weight {
  readonly depth: number;
  readonly selections: number;
  readonly aliases: number;
  readonly directives: number;
  readonly siblings: number;
}

const nothing: Weight = { depth: 0, selections: 0, aliases: 0, directives: 0, siblings: 0 };

/**
 * At the document, so before any other rule visits it. Thrown, not reported, so that the other rules
 * stop as well: some take quadratic time.
 */
function withinLimits(context: ValidationContext): ASTVisitor {
  return {
    Document({ definitions }) {
      const seen = new Map<string, Weight>();
      let selections = 0;
      for (const definition of definitions.filter(isExecutableDefinitionNode)) {
        const weight = weightOf(definition.selectionSet, context, seen);
        const isOperation = definition.kind === Kind.OPERATION_DEFINITION;
        if (isOperation) selections += weight.selections;
        const isOver = isOperation
          ? selections > documentLimits.selections || isHeavy(definition, weight, context)
          : // Other rules look even into a fragment that nothing spreads.
            weight.selections > documentLimits.selections ||
            weight.siblings > documentLimits.siblings;
        if (isOver) throw documentError('DOCUMENT_LIMIT', 'Over the limits.', definition);
      }
    },
  };
}

function isHeavy(
  operation: OperationDefinitionNode,
  weight: Weight,
  context: ValidationContext,
): boolean {
  return (
    weight.depth > documentLimits.depth ||
    weight.aliases > documentLimits.aliases ||
    weight.siblings > documentLimits.siblings ||
    weight.directives + (operation.directives?.length ?? 0) > documentLimits.directives ||
    rootFieldsOf(operation, context) > documentLimits.rootFields
  );
}

function weightOf(
  set: SelectionSetNode,
  context: ValidationContext,
  seen: Map<string, Weight>,
): Weight {
  const parents = set.selections.filter((one) => one.kind === Kind.FIELD && one.selectionSet);
  return set.selections.reduce(
    (total, selection) => {
      const weight = weightOfSelection(selection, context, seen);
      return {
        depth: Math.max(total.depth, weight.depth),
        selections: total.selections + 1 + weight.selections,
        aliases: total.aliases + weight.aliases,
        directives: total.directives + weight.directives + (selection.directives?.length ?? 0),
        siblings: Math.max(total.siblings, weight.siblings),
      };
    },
    { ...nothing, siblings: parents.length },
  );
}

function weightOfSelection(
  selection: SelectionNode,
  context: ValidationContext,
  seen: Map<string, Weight>,
): Weight {
  switch (selection.kind) {
    case Kind.INLINE_FRAGMENT:
      return weightOf(selection.selectionSet, context, seen);
    case Kind.FRAGMENT_SPREAD:
      return weightOfFragment(selection.name.value, context, seen);
    case Kind.FIELD: {
      const below =
        selection.selectionSet === undefined
          ? nothing
          : weightOf(selection.selectionSet, context, seen);
      return {
        ...below,
        // Introspection is deep by nature and open in development only.
        depth: selection.name.value === '__schema' ? 0 : below.depth + 1,
        aliases: below.aliases + (selection.alias === undefined ? 0 : 1),
      };
    }
  }
}

function weightOfFragment(
  name: string,
  context: ValidationContext,
  seen: Map<string, Weight>,
): Weight {
  const known = seen.get(name);
  if (known !== undefined) return known;
  // Set before going down, so that a fragment that spreads itself ends; graphql-js refuses it anyway.
  seen.set(name, nothing);
  const fragment = context.getFragment(name);
  if (fragment === null || fragment === undefined) return nothing;
  const weight = weightOf(fragment.selectionSet, context, seen);
  seen.set(name, weight);
  return weight;
}

function noSubscription(): ASTVisitor {
  return {
    OperationDefinition(operation) {
      if (operation.operation !== 'subscription') return;
      throw documentError('NO_SUBSCRIPTIONS', 'There are no subscriptions.', operation);
    },
  };
}

/**
 * One attempt per request: guesses at a password cannot ride together, whether by aliases, by
 * fragments or under `@include`, and a rate limit per request is one per attempt.
 */
function oneMutation(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(operation) {
      if (operation.operation !== 'mutation') return;
      if (rootFieldsOf(operation, context) <= 1) return;
      const message = 'One request may hold one mutation.';
      throw documentError('TOO_MANY_MUTATIONS', message, operation);
    },
  };
}

/** Without `__typename`, which costs nothing. */
function rootFieldsOf(operation: OperationDefinitionNode, context: ValidationContext): number {
  return rootFields(operation.selectionSet, context, new Map());
}

function rootFields(
  set: SelectionSetNode,
  context: ValidationContext,
  seen: Map<string, number>,
): number {
  return set.selections.reduce((count, selection) => {
    if (selection.kind === Kind.FIELD)
      return count + (selection.name.value === '__typename' ? 0 : 1);
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      return count + rootFields(selection.selectionSet, context, seen);
    }
    const name = selection.name.value;
    // Each fragment is counted once and remembered: fragments of fragments could make it very many.
    if (!seen.has(name)) {
      seen.set(name, 0);
      const fragment = context.getFragment(name);
      if (fragment) seen.set(name, rootFields(fragment.selectionSet, context, seen));
    }
    return count + (seen.get(name) ?? 0);
  }, 0);
}

function documentError(
  code: string,
  message: string,
  definition: ExecutableDefinitionNode,
): GraphQLError {
  // `spec` is Yoga's word for: 200 where the caller asked for application/json.
  const http = { spec: true, status: 400 };
  return new GraphQLError(message, { nodes: definition, extensions: { code, http } });
}
