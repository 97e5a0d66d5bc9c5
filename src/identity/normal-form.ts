/**
 * One normal form for each identifier, code or token that people type or paste. It is what is sent to
 * Okta, counted by the limits and hashed by the audit log. Passwords and the names of people are not
 * normalised: every character of theirs counts.
 *
 * | text | rule |
 * |---|---|
 * | all | Invisible characters are dropped wherever they are: Default_Ignorable_Code_Point of the Unicode Character Database, such as U+200B, U+200E, U+202A, U+2060, U+FEFF, U+00AD and variation selectors. Mail programs, address books and PDF put them around what is copied. RFC 8264 section 9.13 and UTS 39 section 3.1 keep them out of identifiers. |
 * | login, address | White_Space around it is dropped. Full-width and half-width forms become ordinary characters, and the rest NFC (RFC 8265 section 3.3.2; RFC 6532 section 3.1). Case is kept: Okta ignores it. |
 * | with an `@` | What mail programs put around an address is dropped: `Nora <…>`, `mailto:`, a comma or a semicolon behind it. An ideographic full stop in the domain is a dot (UTS 46 section 2.3). |
 * | code | Decimal digits of every script become ASCII (UAX 44, General_Category=Nd). White_Space and punctuation are dropped: messages group digits by them, and sentences end with it. |
 * | phone | Digits and full-width forms become ASCII. White_Space becomes a blank, each dash a hyphen (Pd, and U+2212). |
 * | token | White_Space is dropped wherever it is: a token has none (RFC 6750 section 2.1), and mails break long lines. So is `Bearer` in front. |
 */

/**
 * The longest text, in characters, that is normalised as a login, a code or a phone number. A longer
 * text cannot be one and stays as it is: normalising 60,000 combining characters takes a second.
 */
const maxTyped = 1024;

/** For what names an account: a login or an address. */
export function normalLogin(text: string): string {
  if (text.length > maxTyped) return text;
  const plain = trimmed(withoutForms(withoutInvisible(text)).normalize('NFC'));
  return plain.includes('@') ? unwrapped(plain) : plain;
}

/**
 * Two logins or addresses that Okta takes for one have the same canonical form. It may be coarser
 * than Okta's comparison.
 */
export function canonicalLogin(login: string): string {
  return normalLogin(login.slice(0, maxTyped)).normalize('NFKC').toLowerCase();
}

export function normalCode(text: string): string {
  if (text.length > maxTyped) return text;
  return withAsciiDigits(withoutInvisible(text)).replace(/[\p{White_Space}\p{P}\u2212]+/gu, '');
}

export function normalPhone(text: string): string {
  if (text.length > maxTyped) return text;
  const visible = withoutForms(withAsciiDigits(withoutInvisible(text)));
  return trimmed(visible.replace(/\p{White_Space}/gu, ' ').replace(/[\p{Pd}\u2212]/gu, '-'));
}

export function normalToken(text: string): string {
  const token = trimmed(withoutInvisible(text)).replace(/^bearer\p{White_Space}/iu, '');
  return token.replace(/\p{White_Space}+/gu, '');
}

/** Without White_Space at both ends. A loop, since `\s+$` takes quadratic time. */
function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWhiteSpace(text.charAt(start))) start += 1;
  while (end > start && isWhiteSpace(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isWhiteSpace(character: string): boolean {
  return /^\p{White_Space}$/u.test(character);
}

function withoutInvisible(text: string): string {
  return text.replace(/\p{Default_Ignorable_Code_Point}+/gu, '');
}

/** Full-width, half-width and small forms of other characters (East Asian Width, UAX 11). */
function withoutForms(text: string): string {
  return text.replace(/[\u3000\uFE50-\uFE6F\uFF01-\uFFEF]+/gu, (forms) => forms.normalize('NFKC'));
}

function unwrapped(text: string): string {
  const [, bracketed = text] = /^[^<>@]*<([^<>]*)>$/.exec(withoutStops(text)) ?? [];
  const address = withoutStops(trimmed(bracketed).replace(/^mailto:/i, ''));
  const at = address.lastIndexOf('@');
  return address.slice(0, at) + address.slice(at).replaceAll('\u3002', '.');
}

/** Without the commas and semicolons of a list at its end. */
function withoutStops(text: string): string {
  let end = text.length;
  while (/^[,;\p{White_Space}]$/u.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

const decimal = /^\p{Nd}$/u;
/** ASCII digits by digits of other scripts, for those seen so far: there are fewer than 800. */
const asciiDigits = new Map<string, string>();

function withAsciiDigits(text: string): string {
  return text.replace(/(?!\d)\p{Nd}/gu, (digit) => {
    const known = asciiDigits.get(digit) ?? asciiDigitOf(digit);
    asciiDigits.set(digit, known);
    return known;
  });
}

/** The digits of each script are consecutive, from zero on, in runs of ten. */
function asciiDigitOf(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let first = code;
  while (decimal.test(String.fromCodePoint(first - 1))) first -= 1;
  return String((code - first) % 10);
}
