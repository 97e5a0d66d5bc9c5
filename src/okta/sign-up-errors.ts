import {
  EmailTaken,
  type FieldError,
  type FieldProblem,
  ProviderMisconfigured,
  ValidationFailed,
} from '../identity/errors.ts';
import type { OktaFailure } from './failure.ts';
import { passwordRejected } from './password-policy.ts';

/** Okta's attribute, as a cause starts with it, and the field of NewUser that fills it. */
const fields: ReadonlyMap<string, string> = new Map([
  ['login', 'email'],
  ['email', 'email'],
  ['firstName', 'firstName'],
  ['lastName', 'lastName'],
  ['mobilePhone', 'mobilePhone'],
  ['locale', 'locale'],
]);

const taken = /already exists/i;

const problems: readonly (readonly [RegExp, FieldProblem])[] = [
  [/blank|required/i, 'REQUIRED'],
  [/too long|exceed|at most|maximum|no more than/i, 'TOO_LONG'],
  [/too short|at least|minimum/i, 'TOO_SHORT'],
];

/**
 * E0000001 at `POST /users`. A taken address counts last: whatever else is wrong has to be answered
 * as it is for a free one, or the answer would tell which addresses have an account.
 */
export function signUpRefused(failure: OktaFailure): Error {
  const causes = failure.causes.map(readCause);
  const unknown = causes.find(
    ({ attribute }) => attribute !== 'password' && !fields.has(attribute),
  );
  if (unknown !== undefined || causes.length === 0) {
    // Such as an attribute that the org's schema requires, and sign-up does not ask for.
    const attribute = /^\w{1,60}$/.test(unknown?.attribute ?? '') ? unknown?.attribute : 'a field';
    return new ProviderMisconfigured(`${failure.endpoint}: E0000001 Okta refused ${attribute}`);
  }
  const invalid = causes.flatMap(({ attribute, text }) => fieldErrorOf(attribute, text) ?? []);
  if (invalid.length > 0) return new ValidationFailed(invalid);
  const password = causes.filter(({ attribute }) => attribute === 'password');
  if (password.length > 0) return passwordRejected(password.map(({ text }) => text));
  return new EmailTaken();
}

/** A cause reads `login: The field cannot be left blank`. */
function readCause(cause: string): { readonly attribute: string; readonly text: string } {
  const colon = cause.indexOf(':');
  return {
    attribute: cause.slice(0, Math.max(0, colon)).trim(),
    text: cause.slice(colon + 1).trim(),
  };
}

function fieldErrorOf(attribute: string, text: string): FieldError | undefined {
  const path = fields.get(attribute);
  if (path === undefined || taken.test(text)) return undefined;
  const problem = problems.find(([says]) => says.test(text))?.[1] ?? 'MALFORMED';
  return { path, problem };
}
