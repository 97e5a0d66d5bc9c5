import {
  findNodeAtLocation,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';

/** A fault at a line, from 1, of a JSON text. */
interface Misplaced {
  readonly line: number;
  readonly path: string;
  readonly problem: string;
}

/** The tree of a JSON text, which knows the place of each value, or the first fault of the text. */
export function readJson(
  text: string,
):
  | { readonly ok: true; readonly root: Node }
  | { readonly ok: false; readonly problem: Misplaced } {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true });
  const [error] = errors;
  if (error === undefined && root !== undefined) return { ok: true, root };
  const problem = (error && messages[printParseErrorCode(error.error)]) ?? notJson;
  return { ok: false, problem: { line: lineAt(text, error?.offset ?? 0), path: '', problem } };
}

const notJson = 'This is not JSON.';

const messages: Readonly<Record<string, string>> = {
  InvalidCommentToken: 'JSON has no comments.',
  PropertyNameExpected: 'A name in double quotes is missing here.',
  ValueExpected: 'A value is missing here.',
  ColonExpected: 'A colon is missing here.',
  CommaExpected: 'A comma is missing here.',
  CloseBraceExpected: 'A closing } is missing here.',
  CloseBracketExpected: 'A closing ] is missing here.',
  EndOfFileExpected: 'The JSON has ended before.',
  UnexpectedEndOfString: 'A closing double quote is missing here.',
};

/** Members that have the name of an earlier one: JSON readers would take the last. */
export function* repeatedNames(node: Node, text: string): Generator<Misplaced> {
  const seen = new Set<string>();
  for (const child of node.children ?? []) {
    const [name] = child.type === 'property' ? (child.children ?? []) : [];
    if (name !== undefined) {
      const line = lineAt(text, name.offset);
      const problem = `The object has two members "${name.value}".`;
      if (seen.has(name.value)) yield { line, path: '', problem };
      seen.add(name.value);
    }
    yield* repeatedNames(child, text);
  }
}

/** The value at the path, or the innermost one around the place where it is missing. */
export function nearestNode(root: Node, path: readonly (string | number)[]): Node {
  for (let length = path.length; length > 0; length -= 1) {
    const node = findNodeAtLocation(root, path.slice(0, length));
    if (node !== undefined) return node;
  }
  return root;
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
