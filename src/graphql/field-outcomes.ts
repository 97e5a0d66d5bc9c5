import {
  GraphQLError,
  type GraphQLField,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNullableType,
  isUnionType,
} from 'graphql';
import { andThen, orElse, type PromiseOrValue } from '../async/maybe-promise.ts';
import { AccountError, accountErrorCodes } from '../identity/errors.ts';
import type { Context, MutationOutcome } from './base/context.ts';

/**
 * Records the outcome of each root field. Otherwise a failure that is data would reach neither the log,
 * with its cause, nor the audit log.
 */
export function recordOutcomes(schema: GraphQLSchema): void {
  for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) {
    recordOutcomesOf(field, null);
  }
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    recordOutcomesOf(field, mutationOutcome);
  }
}

type Args = Readonly<Record<string, unknown>>;

/** @param describe null for a query */
function recordOutcomesOf(
  field: GraphQLField<unknown, Context>,
  describe: ((args: Args, result: unknown) => MutationOutcome) | null,
): void {
  const { name, resolve } = field;
  if (resolve === undefined) throw new Error('The schema lacks a field to watch.');
  const outcomeOf = outcomesOf(field);
  field.resolve = (source, args, context, info) => {
    // For the audit log, since some fields do not need the caller.
    if (describe !== null) Promise.resolve(context.caller()).catch(() => undefined);
    const tell = (outcome: string, result: unknown) =>
      context.record.noteFieldOutcome({
        field: name,
        outcome,
        mutation: describe?.(args, result) ?? null,
      });
    const failed = (error: unknown): never => {
      tell(codeOf(error), null);
      throw error;
    };
    const ended = (result: unknown) => {
      if (isAccountError(result)) context.record.noteFailure(result);
      return andThen(outcomeOf(result, context, info), (outcome) => {
        tell(outcome, result);
        return result;
      });
    };
    return orElse(() => andThen(resolve(source, args, context, info), ended), failed);
  };
}

type OutcomeOf = (
  result: unknown,
  context: Context,
  info: GraphQLResolveInfo,
) => PromiseOrValue<string>;

/** By the schema and not by the answer, which holds only what the caller selected. */
function outcomesOf(field: GraphQLField<unknown, Context>): OutcomeOf {
  const type = getNullableType(field.type);
  const resolveType = isUnionType(type) ? type.resolveType : undefined;
  if (!isUnionType(type) || !resolveType) return () => 'OK';
  return async (result, context, info) =>
    (await resolveType(result, context, info, type)) ?? 'INTERNAL';
}

/** The code of an error that is not part of a result, if it is one of our codes. */
function codeOf(error: unknown): string {
  if (error instanceof AccountError) return error.code;
  const code = error instanceof GraphQLError ? error.extensions['code'] : null;
  return typeof code === 'string' && ownCode.test(code) ? code : 'INTERNAL';
}

const ownCode = /^[A-Z_]{1,40}$/;

/** The account that the request was about, as far as it is known without another call. */
function mutationOutcome({ input }: Args, result: unknown): MutationOutcome {
  const owner = propertyOf(propertyOf(result, 'tokens'), 'owner');
  return {
    email: textIn(input, 'email') ?? textIn(input, 'newEmail'),
    userId: textIn(owner, 'userId'),
    sessionId: textIn(owner, 'sessionId'),
    reason: reasonOf(result),
  };
}

function reasonOf(result: unknown): string | null {
  if (!isAccountError(result)) return null;
  const reason = textIn(result, 'scope') ?? textIn(result, 'reason');
  return reason !== null && ownCode.test(reason) ? reason : null;
}

const codes: ReadonlySet<unknown> = new Set(accountErrorCodes);

/** By its code: the errors plugin passes on a proxy, for which `instanceof` does not work. */
function isAccountError(result: unknown): result is AccountError {
  return codes.has(propertyOf(result, 'code'));
}

function textIn(value: unknown, name: string): string | null {
  const text = propertyOf(value, name);
  return typeof text === 'string' ? text : null;
}

function propertyOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
