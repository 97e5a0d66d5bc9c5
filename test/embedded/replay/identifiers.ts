import { isObject, type Json } from './recordings.ts';

/** Members whose values name a thing: the recorded one stands for another one here. */
const naming = new Set(['id', 'userId', 'sessionToken', 'stateToken', 'activationToken']);

export interface Identifiers {
  /** Learns from two answers to one request what is called how. */
  learn(there: Json, here: Json): void;
  /** With all that is known by another name here. */
  translate(text: string): string;
  knows(recorded: string): boolean;
}

export function createIdentifiers(): Identifiers {
  const known = new Map<string, string>();
  const learn = (there: Json, here: Json): void => {
    if (!isObject(there) || !isObject(here)) return;
    for (const [name, value] of Object.entries(there)) {
      const other = here[name] ?? null;
      if (typeof value === 'string' && typeof other === 'string') {
        if (naming.has(name) && value.length > 8) known.set(value, other);
      } else learn(value, other);
    }
  };
  return {
    learn,
    translate(text) {
      let translated = text;
      for (const [there, here] of known) translated = translated.replaceAll(there, here);
      return translated;
    },
    knows: (recorded) => known.has(recorded),
  };
}
