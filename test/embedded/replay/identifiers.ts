import { isObject, type Json } from './recordings.ts';

/** Members whose values name a thing: the recorded one stands for another one here. */
const naming = new Set(['id', 'userId', 'sessionToken', 'stateToken', 'activationToken']);

/** Whether two items of lists stand for the same thing: what every org has goes by the same name. */
function isSame(there: Json, here: Json): boolean {
  const name = nameOf(there);
  return name !== null && name === nameOf(here);
}

function nameOf(item: Json): string | null {
  if (!isObject(item)) return null;
  const { key, name, profile, isDefault } = item;
  if (isDefault === true) return 'default';
  if (typeof key === 'string') return key;
  if (typeof name === 'string') return `${name} ${item['type']}`;
  return isObject(profile) && typeof profile['name'] === 'string' ? profile['name'] : null;
}

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
    if (Array.isArray(there) && Array.isArray(here)) {
      for (const item of there) learn(item, here.find((other) => isSame(item, other)) ?? null);
    }
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
