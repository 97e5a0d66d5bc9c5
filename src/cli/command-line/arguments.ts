import { parseArgs } from 'node:util';
import type { Command, Option, Options } from './command.ts';

/** What the arguments ask for. `command` is null where they name none. */
export type Request =
  | { readonly kind: 'run'; readonly run: () => Promise<void> }
  | { readonly kind: 'version' }
  | { readonly kind: 'help'; readonly command: Command | null }
  | { readonly kind: 'misuse'; readonly problem: string; readonly command: Command | null };

/** In every command. */
const common = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

/** @param commands the first one runs where none is named */
export function readArguments(
  args: readonly string[],
  commands: readonly [Command, ...Command[]],
): Request {
  const [first = '', ...rest] = args;
  const isNamed = args.length > 0 && !first.startsWith('-');
  const command = isNamed ? commands.find(({ name }) => name === first) : null;
  if (command === undefined) return misuse(`Unknown command: ${first}`, null);
  try {
    const parsed = parse(command === null ? args : rest, (command ?? commands[0]).options);
    const { help, version, ...given } = parsed.values;
    // Of `--help okta` too.
    const meant = command ?? commands.find(({ name }) => name === parsed.positionals[0]) ?? null;
    if (help === true) return { kind: 'help', command: meant };
    if (version === true) return { kind: 'version' };
    const [argument] = parsed.positionals;
    if (argument !== undefined) return misuse(`Unexpected argument: ${argument}`, command);
    const { options, run } = command ?? commands[0];
    const values = Object.entries(options).map(([name, option]) => [
      name,
      readValue(name, option, given[name]),
    ]);
    return { kind: 'run', run: () => run(Object.fromEntries(values)) };
  } catch (error) {
    return misuse(error instanceof Error ? firstSentence(error.message) : String(error), command);
  }
}

function misuse(problem: string, command: Command | null): Request {
  return { kind: 'misuse', problem, command };
}

/** As parseArgs gives it; lists are for options that may come several times, which none may. */
type Given = string | boolean | readonly (string | boolean)[] | undefined;

function parse(
  args: readonly string[],
  options: Options,
): { readonly values: Readonly<Record<string, Given>>; readonly positionals: readonly string[] } {
  const own = Object.entries(options).map(([name, { kind }]) => [
    name,
    { type: kind === 'flag' ? ('boolean' as const) : ('string' as const) },
  ]);
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: { ...Object.fromEntries(own), ...common },
    allowPositionals: true,
    tokens: true,
  });
  const names = tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []));
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw new Error(`Option '--${twice}' is given twice`);
  return { values, positionals };
}

/** @throws where the option does not take this value */
function readValue(name: string, option: Option, given: Given): boolean | number | string | null {
  if (option.kind === 'flag') return given === true;
  if (typeof given !== 'string') return null;
  switch (option.kind) {
    case 'text':
      if (given.trim() === '') throw new Error(`Option '--${name}' needs a value`);
      return checked(given, option.check?.(given) ?? null, name);
    case 'choice':
      if (option.choices.includes(given)) return given;
      throw new Error(`Option '--${name}' is one of: ${option.choices.join(', ')}`);
    case 'port':
      if (/^\d{1,5}$/.test(given) && Number(given) <= 65_535) return Number(given);
      throw new Error(`Option '--${name}' is a port, from 0 to 65535`);
  }
}

function checked(text: string, problem: string | null, name: string): string {
  if (problem !== null) throw new Error(`Option '--${name}' ${problem}`);
  return text;
}

/** What follows it in a message of Node's is advice on arguments that no command takes. */
function firstSentence(message: string): string {
  return message.replace(/\.\s.*/s, '.');
}
