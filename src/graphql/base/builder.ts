import SchemaBuilder from '@pothos/core';
import ErrorsPlugin from '@pothos/plugin-errors';
import { RateLimited, UpstreamUnavailable } from '../../identity/errors.ts';
import type { Context } from './context.ts';

interface SchemaTypes {
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: never; Output: Date };
    SafeInt: { Input: number; Output: number };
    JSON: { Input: never; Output: Readonly<Record<string, unknown>> };
  };
}

/** Every field file adds to it when it is loaded; `schema.ts` builds the schema. */
export const builder = new SchemaBuilder<SchemaTypes>({
  plugins: [ErrorsPlugin],
  defaultFieldNullability: false,
  errors: { directResult: true, defaultTypes: [RateLimited, UpstreamUnavailable] },
});

builder.queryType({
  description: 'Questions about accounts and tokens. They change nothing, so each may be repeated.',
});
builder.mutationType({
  description:
    'Account activities. What a customer or Okta may refuse is part of the result, as a member of its union; the errors list of the answer holds only faults of the caller and of this server.',
});

builder.scalarType('DateTime', {
  description: 'A moment in UTC as an ISO 8601 string, for example `2026-03-01T09:30:00.000Z`.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize: (moment) => moment.toISOString(),
});

builder.scalarType('JSON', {
  description: 'A JSON object whose members this schema does not know.',
  serialize: (value) => value,
});
