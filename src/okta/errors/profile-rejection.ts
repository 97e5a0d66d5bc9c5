import {
  EmailTaken,
  type FieldError,
  type FieldProblem,
  ProviderMisconfigured,
  ValidationFailed,
} from '../../identity/errors.ts';
import type { OktaFailure } from '../wire/answer.ts';
import { passwordRejected } from './password-rejection.ts';

/** Okta's attribute, with which a cause begins, and our field for it. */
const fields: ReadonlyMap<string, string> = new Map([
  ['login', 'email'],
  ['email', 'email'],
  ['firstName', 'firstName'],
  ['lastName', 'lastName'],
  ['displayName', 'displayName'],
  ['mobilePhone', 'mobilePhone'],
  ['locale', 'locale'],
]);

const taken = /already exists/i;

/** For an attribute that the org does not have or has removed. Such a cause does not begin with a name. */
const notDefined = /\b(\w{1,60})'? is not defined\b/;

const problems: readonly (readonly [RegExp, FieldProblem])[] = [
  [/pattern/i, 'MALFORMED'],
  [/blank|required/i, 'REQUIRED'],
  [/too long|exceed|at most|maximum|no more than/i, 'TOO_LONG'],
  [/too short|at least|minimum/i, 'TOO_SHORT'],
  [/allowed values|enum/i, 'NOT_ALLOWED'],
];

/**
 * Okta refused attributes for which this API has no field. Leaves the adapter only if they were not
 * sent, for example when the org's schema requires one.
 */
class AttributesRefused extends ProviderMisconfigured {
  readonly names: readonly string[];
  /** Everything that Okta refused. */
  readonly fields: readonly FieldError[];
  constructor(detail: string, refused: Pick<AttributesRefused, 'names' | 'fields'>) {
    super(detail, 'D42');
    this.names = refused.names;
    this.fields = refused.fields;
  }
}

/**
 * E0000001 at `POST /users` and `POST /users/{id}`. A taken address is checked last: any other problem
 * must get the same answer for a taken and a free address, or it would reveal which have an account.
 */
export function profileRefused(failure: OktaFailure): Error {
  const unknown = [...failure.causes, failure.text].flatMap(
    (text) => notDefined.exec(text)?.[1] ?? [],
  );
  if (unknown.length > 0) {
    const what = [...new Set(unknown)].join(', ');
    const hint = 'the profile file is older than the org: run okta-account-api schema';
    return new ProviderMisconfigured(
      `${failure.endpoint}: E0000001 Okta has no attribute ${what} (${hint})`,
    );
  }
  const causes = failure.causes.map(readCause);
  const unmapped = causes.filter(
    ({ attribute }) => attribute !== 'password' && !fields.has(attribute),
  );
  const invalid = oncePerField(causes.flatMap((cause) => fieldErrorOf(cause) ?? []));
  if (unmapped.length > 0 || causes.length === 0) {
    const names = unmapped.map(({ attribute }) => attribute);
    const shown = names.map((name) => (/^\w{1,60}$/.test(name) ? name : 'a field'));
    const what = [...new Set(shown)].join(', ') || 'a field';
    return new AttributesRefused(`${failure.endpoint}: E0000001 Okta refused ${what}`, {
      names,
      fields: invalid,
    });
  }
  if (invalid.length > 0) return new ValidationFailed(invalid);
  const password = causes.filter(({ attribute }) => attribute === 'password');
  if (password.length > 0) return passwordRejected(password.map(({ text }) => text));
  return new EmailTaken();
}

/**
 * Runs a call that writes a profile. If the refused attributes are among those that were sent, throws
 * ValidationFailed for them.
 * @param profile with Okta's attribute names
 */
export async function nameRefusedAttributes<Answer>(
  profile: object,
  work: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    const named = error instanceof AttributesRefused && error.names.length > 0;
    if (!named || !error.names.every((name) => Object.hasOwn(profile, name))) throw error;
    throw new ValidationFailed(error.fields);
  }
}

interface Cause {
  readonly attribute: string;
  readonly text: string;
}

/** A cause reads `login: The field cannot be left blank`. */
function readCause(cause: string): Cause {
  const colon = cause.indexOf(':');
  return {
    attribute: cause.slice(0, Math.max(0, colon)).trim(),
    text: cause.slice(colon + 1).trim(),
  };
}

/** One address fills two of Okta's attributes, which are refused together. */
function oncePerField(errors: readonly FieldError[]): readonly FieldError[] {
  return [...new Map(errors.map((error) => [`${error.field} ${error.problem}`, error])).values()];
}

function fieldErrorOf({ attribute, text }: Cause): FieldError | undefined {
  if (attribute === 'password' || taken.test(text)) return undefined;
  const field = fields.get(attribute) ?? `attributes.${attribute}`;
  const problem = problems.find(([says]) => says.test(text))?.[1] ?? 'MALFORMED';
  return { field, problem };
}
