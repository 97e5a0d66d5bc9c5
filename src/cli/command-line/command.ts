/** An option of a command; the command lists it under its long name. */
export type Option = { readonly help: string } & (
  | { readonly kind: 'flag' }
  /** Any text but none, such as a path; the help calls it `value`. */
  | {
      readonly kind: 'text';
      readonly value: string;
      /** What is wrong with a text, as the end of a sentence that begins with the option; null: nothing. */
      readonly check?: (text: string) => string | null;
    }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  /** A TCP port; 0 is any free one. */
  | { readonly kind: 'port' }
);

export type Options = Readonly<Record<string, Option>>;

type ValueOf<O extends Option> = O['kind'] extends 'flag'
  ? boolean
  : O['kind'] extends 'port'
    ? number | null
    : O extends { readonly choices: readonly (infer Choice)[] }
      ? Choice | null
      : string | null;

/** What the arguments give for each option; null: nothing. */
export type Values<O extends Options> = { readonly [Name in keyof O]: ValueOf<O[Name]> };

interface Definition<O extends Options> {
  readonly name: string;
  /** One line in the list of commands. */
  readonly summary: string;
  /** The text of its help, in lines of at most 80 characters. */
  readonly details: string;
  readonly options: O;
  /** Imports what it runs, so that neither help nor another command loads it. */
  readonly run: (values: Values<O>) => Promise<void>;
}

/** One command of the program. */
export interface Command extends Omit<Definition<Options>, 'run'> {
  /** @param values as its `options` say */
  readonly run: (values: Readonly<Record<string, unknown>>) => Promise<void>;
}

export function defineCommand<const O extends Options>(definition: Definition<O>): Command {
  return { ...definition, run: (values) => definition.run(values as Values<O>) };
}
