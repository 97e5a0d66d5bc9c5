import type { ConfigProblem } from '../config.ts';
import type { VariableName } from './variables.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads variables and collects what is wrong with them. A reader whose variable is wrong reports it
 * and gives a stand-in, so that one run finds every problem; the stand-ins never get into a Config.
 */
export interface Settings {
  readonly production: boolean;
  readonly problems: readonly ConfigProblem[];
  report(variable: string, problem: string, fix: string): void;
  /** Trimmed and without quotes around it; null where that leaves nothing, or a placeholder. */
  text(name: VariableName): string | null;
  /** Null after reporting that it is missing. */
  required(name: VariableName, fix: string): string | null;
  /** Whole numbers only. */
  integer(name: VariableName, range: Range): number;
  /** Fractions too, with a point. */
  decimal(name: VariableName, range: Range): number;
  choice<T extends string>(name: VariableName, values: readonly T[], fallback: T): T;
  /** The comma-separated entries, each trimmed, none empty, none twice. */
  list(name: VariableName): readonly string[];
}

interface Range {
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
}

/** `{yourOktaDomain}`, `<client id>`, `your-client-id`: what documentation leaves to fill in. */
const placeholder = /\{\w+\}|<[^<>]+>|your-?okta|(^|[/:,])your[-_]/i;

const environments = ['development', 'test', 'production'] as const;

/** What a variable holds once spaces and one pair of quotes around it are gone. */
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
