import type { Check } from '../../doctor/check.ts';

export interface Choice {
  /** Codes, separated by commas; null: all. */
  readonly only: string | null;
  /** Codes, separated by commas; null: none. */
  readonly skip: string | null;
  readonly live: boolean;
}

/** @throws RangeError for a code that no check has, and where no check would run */
export function chooseChecks(
  checks: readonly Check[],
  { only, skip, live }: Choice,
): readonly Check[] {
  const wanted = only === null ? null : codesIn(only, checks);
  const left = skip === null ? [] : codesIn(skip, checks);
  const chosen = checks.filter(
    ({ code }) => (wanted === null || wanted.includes(code)) && !left.includes(code),
  );
  if (chosen.length === 0) throw new RangeError('--only and --skip leave no check to run.');
  if (live) return chosen;
  const harmless = chosen.filter((check) => check.live !== true);
  if (harmless.length > 0) return harmless;
  throw new RangeError(
    `${chosen.map(({ code }) => code).join(', ')} makes a customer: add --live.`,
  );
}

function codesIn(text: string, checks: readonly Check[]): readonly string[] {
  const codes = text.split(',').flatMap((code) => code.trim().toUpperCase() || []);
  const unknown = codes.find((asked) => !checks.some(({ code }) => code === asked));
  if (unknown === undefined) return codes;
  throw new RangeError(`There is no check ${unknown}. docs/doctor.md lists all checks.`);
}
