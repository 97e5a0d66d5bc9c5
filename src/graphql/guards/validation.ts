import { maxTokenLength } from '../../identity/access-token.ts';
import { type FieldError, type FieldProblem, ValidationFailed } from '../../identity/errors.ts';
import { normalCode, normalLogin, normalPhone, normalToken } from '../../identity/normal-form.ts';

/** How one field of an input is read. */
interface Reader {
  /** The text to go on with. */
  readonly normal: (text: string) => string;
  /** What is wrong with it, or undefined. */
  readonly problemOf: (text: string) => FieldProblem | undefined;
}

type Texts<Field extends string> = { readonly [Name in Field]?: string | null | undefined };

/**
 * Reads fields of an `input` by name and throws all problems at once. Null and missing fields stay as
 * they are. `known`: problems found before, reported with the others. Whether a password is good
 * enough is decided by Okta, never here.
 * @throws ValidationFailed
 */
export function readInput<Field extends string, Input extends Texts<Field>>(
  input: Input,
  readers: Readonly<Record<Field, Reader>>,
  known: readonly FieldError[] = [],
): Pick<Input, Field> {
  const problems: FieldError[] = [];
  const read: Record<string, string | null | undefined> = {};
  for (const [field, { normal, problemOf }] of Object.entries<Reader>(readers)) {
    const text = input[field as Field];
    const value = typeof text === 'string' ? normal(text) : text;
    const problem = typeof value === 'string' ? problemOf(value) : undefined;
    if (problem !== undefined) problems.push({ field, problem });
    read[field] = value;
  }
  problems.push(...known.filter(({ field }) => !problems.some((found) => found.field === field)));
  if (problems.length > 0) throw new ValidationFailed(problems);
  return read as Pick<Input, Field>;
}

/** Null for an empty text: the attribute is not given. */
export function orNull(text: string | null | undefined): string | null {
  return text || null;
}

// What the descriptions of the schema say of `normal-form.ts`.
export const loginRule =
  'Invisible characters are dropped, and so is white space around it. Around an address, `mailto:`, pairs of quotes or brackets, and punctuation after it are dropped too. Full-width characters become ordinary ones.';
export const codeRule = 'White space, punctuation, symbols and invisible characters are dropped.';
export const phoneRule =
  'Invisible characters are dropped, and digits and dashes of every script become ASCII.';
export const tokenRule =
  'White space, invisible characters, a `Bearer` in front of it and punctuation around it are dropped.';

// Limits of Okta's base profile: login and email 5 to 100, names 50, mobilePhone 100 characters.
const maxPasswordBytes = 256;
/** Control characters, and halves of surrogate pairs (Cs), which UTF-8 cannot encode. */
const unprintable = /[\p{Cc}\p{Cs}]/u;
const asIs = (text: string) => text;
const trimmed = (text: string) => text.trim();

/**
 * The name to log in with. Okta decides what it looks like: an org may have logins that are no
 * addresses (https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/, schema
 * of `login`).
 */
export const asLogin: Reader = {
  normal: normalLogin,
  problemOf(name) {
    if (name === '') return 'REQUIRED';
    if (name.length > 100) return 'TOO_LONG';
    return /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(name) ? 'NOT_ALLOWED' : undefined;
  },
};

/**
 * An address for an account: one `@`, and a dot in the domain. Quotes and brackets of any script are no
 * part of one (RFC 5321 section 4.1.2): they were copied with it. Nor are symbols beyond ASCII and
 * characters without a meaning of their own (RFC 8264 section 4.2): two addresses with them may look
 * alike. Okta's URLs cannot hold a slash.
 */
export const asAddress: Reader = {
  normal: normalLogin,
  problemOf(email) {
    if (email !== '' && email.length < 5) return 'TOO_SHORT';
    const problem = asLogin.problemOf(email);
    if (problem !== undefined) return problem;
    if (email.includes('/')) return 'NOT_ALLOWED';
    return addressPattern.test(email) ? undefined : 'MALFORMED';
  },
};

const localCharacter = String.raw`(?:[{}$+=^|~\x60]|[^\s@"(),:;<>[\]\\\p{Pi}\p{Pf}\p{Ps}\p{Pe}\p{S}\p{C}])`;
/** RFC 5890 section 2.3.1: no hyphen at its ends. */
const domainLabel = String.raw`[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}_-]*[\p{L}\p{M}\p{N}])?`;
const addressPattern = new RegExp(
  String.raw`^${localCharacter}+@${domainLabel}(?:\.${domainLabel})+$`,
  'u',
);

/** Passwords go to Okta byte for byte, white space included. */
export const asPassword: Reader = {
  normal: asIs,
  problemOf(text) {
    if (text === '') return 'REQUIRED';
    return Buffer.byteLength(text) > maxPasswordBytes ? 'TOO_LONG' : undefined;
  },
};

/** For a field that the settings of this server do not allow. */
export const absent: Reader = { normal: asIs, problemOf: () => 'NOT_ALLOWED' };

/** The name of a person. Only white space around it is dropped. */
export const asName: Reader = textOf(50);

/** Okta sets no limit to it; its other free texts end here. */
export const asText: Reader = textOf(1024);

function textOf(maxLength: number): Reader {
  return {
    normal: trimmed,
    problemOf(value) {
      if (value.length > maxLength) return 'TOO_LONG';
      return unprintable.test(value) ? 'NOT_ALLOWED' : undefined;
    },
  };
}

export const asPhone: Reader = {
  normal: normalPhone,
  problemOf(number) {
    if (number.length > 100) return 'TOO_LONG';
    return /^(?:\+?[ ()./-]*\d[\d ()./-]*)?$/.test(number) ? undefined : 'MALFORMED';
  },
};

/** Language and region, joined by `_` as Okta has it or by `-` as in BCP 47. */
export const asLocale: Reader = {
  normal: trimmed,
  problemOf: (tag) =>
    /^([A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8}){0,3})?$/.test(tag) ? undefined : 'MALFORMED',
};

export const asCode: Reader = {
  normal: normalCode,
  problemOf(digits) {
    if (digits === '') return 'REQUIRED';
    return /^\d{4,10}$/.test(digits) ? undefined : 'MALFORMED';
  },
};

/** An id that this API returned. Programs send it, so it is not normalised. */
export const asId: Reader = { normal: asIs, problemOf: problemOfToken };

/** A token or a transaction, which people paste out of mails, files and headers. */
export const asToken: Reader = { normal: normalToken, problemOf: problemOfToken };

/** Visible ASCII, as RFC 6749 appendix A.17 allows, without the space. */
function problemOfToken(value: string): FieldProblem | undefined {
  if (value === '') return 'REQUIRED';
  if (value.length > maxTokenLength) return 'TOO_LONG';
  return /^[\x21-\x7e]+$/.test(value) ? undefined : 'MALFORMED';
}
