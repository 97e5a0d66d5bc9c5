import { isObject, type Json } from './recordings.ts';

/** Members by their place in the document, with the types that they have there. */
type Shape = Map<string, Set<string>>;

/**
 * What differs in the names and types of members, a line each: `+ /a/b string` is here and not in the
 * recording, `- /a/b string` the other way round, `/a/b string > null` has another type here. Members
 * of arrays count together; where one side has none, there is nothing to compare.
 */
export function differences(there: Json, here: Json): string[] {
  const [left, right] = [shapeOf(there), shapeOf(here)];
  const skip = [...emptyArrays(left, right), ...emptyArrays(right, left)];
  const counts = (place: string) => !skip.some((array) => place.startsWith(`${array}/[]`));
  const places = [...new Set([...left.keys(), ...right.keys()])].filter(counts).sort();
  return places.flatMap((place) => {
    const parent = place.slice(0, place.lastIndexOf('/'));
    const [was, is] = [left.get(place), right.get(place)];
    if (was === undefined) return left.has(parent) ? [`+ ${place} ${types(is)}`] : [];
    if (is === undefined) return right.has(parent) ? [`- ${place} ${types(was)}`] : [];
    return types(was) === types(is) ? [] : [`${place} ${types(was)} > ${types(is)}`];
  });
}

const types = (set: ReadonlySet<string> = new Set()) => [...set].sort().join('|');

/** Arrays without members on one side, which has members on the other. */
function emptyArrays(shape: Shape, other: Shape): string[] {
  return [...shape]
    .filter(([place, held]) => held.has('array') && !shape.has(`${place}/[]`))
    .map(([place]) => place)
    .filter((place) => other.has(`${place}/[]`));
}

function shapeOf(value: Json): Shape {
  const shape: Shape = new Map();
  const visit = (each: Json, place: string): void => {
    const held = shape.get(place) ?? new Set();
    shape.set(place, held.add(typeOf(each)));
    if (Array.isArray(each)) for (const member of each) visit(member, `${place}/[]`);
    else if (isObject(each)) {
      for (const [name, member] of Object.entries(each)) visit(member, `${place}/${name}`);
    }
  };
  visit(value, '');
  return shape;
}

function typeOf(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
