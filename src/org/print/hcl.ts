/** An expression that is not quoted, such as `okta_group.customers.id`. */
class Expression {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export function reference(text: string): Expression {
  return new Expression(text);
}

type Value = string | number | boolean | Expression | readonly Value[] | Attributes;
interface Attributes {
  readonly [name: string]: Value | Block | null;
}

/** A nested block, which unlike a map has no equals sign. */
export class Block {
  readonly attributes: Attributes;
  constructor(attributes: Attributes) {
    this.attributes = attributes;
  }
}

/**
 * One top-level block of a Terraform configuration. Members that are null are left out.
 * @see https://developer.hashicorp.com/terraform/language/syntax/configuration
 */
export function block(labels: readonly string[], attributes: Attributes): string {
  const [type = '', ...rest] = labels;
  const head = [type, ...rest.map((label) => JSON.stringify(label))].join(' ');
  return `${head} {\n${bodyOf(attributes, 1)}\n}\n`;
}

function bodyOf(attributes: Attributes, depth: number): string {
  const indent = '  '.repeat(depth);
  const entries = Object.entries(attributes).filter(([, value]) => value !== null);
  const inline = entries.filter(([, value]) => !(value instanceof Block));
  // terraform fmt aligns the equals signs of attributes that follow each other.
  const width = Math.max(0, ...inline.map(([name]) => name.length));
  return entries
    .map(([name, value]) => {
      if (value instanceof Block) {
        return `${indent}${name} {\n${bodyOf(value.attributes, depth + 1)}\n${indent}}`;
      }
      return `${indent}${name.padEnd(width)} = ${value === null ? 'null' : textOf(value, depth)}`;
    })
    .join('\n');
}

function textOf(value: Value, depth: number): string {
  if (value instanceof Expression) return value.text;
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object') return String(value);
  const indent = '  '.repeat(depth);
  if (isList(value)) {
    const items = value.map((item) => textOf(item, depth + 1));
    const line = `[${items.join(', ')}]`;
    if (line.length <= 60) return line;
    return `[\n${items.map((item) => `${indent}  ${item},`).join('\n')}\n${indent}]`;
  }
  return `{\n${bodyOf(value, depth + 1)}\n${indent}}`;
}

function isList(value: Attributes | readonly Value[]): value is readonly Value[] {
  return Array.isArray(value);
}

/** `${` and `%{` begin a template. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll(/[$%]\{/g, (start) => start[0] + start);
}
