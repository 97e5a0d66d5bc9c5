import type { ConfigProblem } from '../config.ts';
import type { VariableName } from './variables.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads variables and collects their problems. A reader reports an invalid variable and returns a
 * placeholder, so that one run finds every problem. Placeholders never get into a Config.
 */
export interface Settings {
  readonly production: boolean;
  readonly problems: readonly ConfigProblem[];
  report(variable: string, problem: string, fix: string): void;
  /** Trimmed and unquoted; null if it is then empty, or a placeholder from documentation. */
  text(name: VariableName): string | null;
  /** Null if it is missing, which is reported. */
  required(name: VariableName, fix: string): string | null;
  /** Whole numbers only. */
  integer(name: VariableName, range: Range): number;
  /** With an optional decimal point. */
  decimal(name: VariableName, range: Range): number;
  choice<T extends string>(name: VariableName, values: readonly T[], fallback: T): T;
  /** Comma-separated entries: trimmed, not empty, unique. */
  list(name: VariableName): readonly string[];
}

interface Range {
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
}

/** Placeholders of documentation: `{yourOktaDomain}`, `<client id>`, `your-client-id`. */
const placeholder = /\{\w+\}|<[^<>]+>|your-?okta|(^|[/:,])your[-_]/i;

const environments = ['development', 'test', 'production'] as const;

/** The value without surrounding spaces and one pair of quotes. */
export function bareValue(env: Environment, name: string): string {
  const value = env[name]?.trim() ?? '';
  return (/^(["'])(.*)\1$/s.exec(value)?.[2] ?? value).trim();
}

export function createSettings(env: Environment): Settings {
  const problems: ConfigProblem[] = [];
  const placeholders = new Set<string>();

  const report: Settings['report'] = (variable, problem, fix) => {
    problems.push({ variable, problem, fix });
  };
  const text: Settings['text'] = (name) => {
    const value = bareValue(env, name);
    if (!placeholder.test(value)) return value === '' ? null : value;
    if (!placeholders.has(name)) {
      report(name, 'It still holds a placeholder.', 'Replace it with the value of your own org.');
    }
    placeholders.add(name);
    return null;
  };
  const choice: Settings['choice'] = (name, values, fallback) => {
    const value = text(name) ?? fallback;
    const chosen = values.find((each) => each === value);
    if (chosen !== undefined) return chosen;
    report(name, 'It is not one of the possible values.', `Use one of: ${values.join(', ')}.`);
    return fallback;
  };

  return {
    production: choice('NODE_ENV', environments, 'development') === 'production',
    problems,
    report,
    text,
    choice,
    required(name, fix) {
      const value = text(name);
      if (value === null && !placeholders.has(name)) report(name, 'It is missing.', fix);
      return value;
    },
    integer: numberReader({ text, report }, { form: /^\d+$/, called: 'whole number' }),
    decimal: numberReader({ text, report }, { form: /^\d+(\.\d+)?$/, called: 'number' }),
    list(name) {
      const entries = (text(name) ?? '').split(',').map((entry) => entry.trim());
      return [...new Set(entries.filter((entry) => entry !== ''))];
    },
  };
}

function numberReader(
  { text, report }: Pick<Settings, 'text' | 'report'>,
  { form, called }: { readonly form: RegExp; readonly called: string },
): Settings['integer'] {
  return (name, { fallback, min, max }) => {
    const value = text(name) ?? `${fallback}`;
    const number = form.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    const range = `from ${min} to ${max}; the default is ${fallback}`;
    report(name, `It is not a ${called} of the range.`, `Use a number ${range}.`);
    return fallback;
  };
}
