import { z } from 'zod';
import { UpstreamUnavailable } from '../../identity/errors.ts';
import { NoAnswer, unexpectedAnswerCode } from './no-answer.ts';

/**
 * Called for each member of an answer that was left out because it does not match the schema, with the
 * place of the mismatch, such as `profile.email`. For the log.
 */
export type Skip = (place: string) => void;

/**
 * The members of a list that match the schema. One that does not is skipped and does not affect the
 * others.
 */
export function readEach<Schema extends z.ZodType>(
  list: readonly unknown[],
  schema: Schema,
  skip: Skip,
): z.infer<Schema>[] {
  return list.flatMap((member) => {
    const parsed = schema.safeParse(member);
    if (parsed.success) return [parsed.data];
    skip(placeOf(parsed.error));
    return [];
  });
}

/** Like `readEach`, as part of another schema and without a log. */
export function membersOf<Schema extends z.ZodType>(schema: Schema) {
  return z.array(z.unknown()).transform((list) => readEach(list, schema, () => undefined));
}

/**
 * The place of the first mismatch in our schema. Zod's message quotes the answer, which may be secret.
 * The names in its path are ours as long as no schema is a record.
 */
export function placeOf({ issues }: z.ZodError): string {
  const path = issues[0]?.path ?? [];
  const names = path.map((name) => (/^\w{1,40}$/.test(String(name)) ? String(name) : '*'));
  return names.map((name) => (/^\d+$/.test(name) ? '*' : name)).join('.') || 'whole';
}

/** The error for an answer, or a member of one, that does not match its schema. */
export function unreadableAt(place: string): UpstreamUnavailable {
  const text = `unexpected answer at '${place}'`;
  return new UpstreamUnavailable({ cause: new NoAnswer(unexpectedAnswerCode, text, place) });
}
