import { z } from 'zod';
import { UpstreamUnavailable } from '../../identity/errors.ts';
import { NoAnswer, unexpectedAnswer } from './no-answer.ts';

/**
 * Called with the place of a member that was left out of an answer because it does not have the
 * expected shape, such as `profile.email`. For the log.
 */
export type Skip = (place: string) => void;

/**
 * The members of a list that have the shape. One that does not is skipped and does not affect the
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

/** As `readEach`, within another shape and without a log. */
export function membersOf<Schema extends z.ZodType>(schema: Schema) {
  return z.array(z.unknown()).transform((list) => readEach(list, schema, () => undefined));
}

/**
 * Where in our own schema the first fault is. Zod's error repeats parts of the answer, which may be
 * secret; the names in its path are ours, as long as no schema is a record.
 */
export function placeOf({ issues }: z.ZodError): string {
  const path = issues[0]?.path ?? [];
  const names = path.map((name) => (/^\w{1,40}$/.test(String(name)) ? String(name) : '*'));
  return names.map((name) => (/^\d+$/.test(name) ? '*' : name)).join('.') || 'whole';
}

/** For an answer, or a member of one, that cannot be read. */
export function unreadable(place: string): UpstreamUnavailable {
  const text = `unexpected answer at '${place}'`;
  return new UpstreamUnavailable({ cause: new NoAnswer(unexpectedAnswer, text, place) });
}
