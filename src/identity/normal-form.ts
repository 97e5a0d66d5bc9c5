/**
 * One normal form for each identifier, code or token that people type or paste. It is what is sent to
 * Okta, counted by the limits and hashed by the audit log. Passwords and the names of people are not
 * normalised: every character of theirs counts.
 *
 * | text | rule |
 * |---|---|
 * | all | Invisible characters are dropped wherever they are: Default_Ignorable_Code_Point of the Unicode Character Database, such as U+200B, U+200E, U+202A, U+2060, U+FEFF, U+00AD and variation selectors. So are U+2800, U+FFFC and the annotation marks U+FFF9 to U+FFFB. Mail programs, address books and PDF put them around what is copied. RFC 8264 section 9.13 and UTS 39 section 3.1 keep them out of identifiers. |
 * | login, address | White_Space around it is dropped. Full-width and half-width forms become ordinary characters, and the rest NFC (RFC 8265 section 3.3.2; RFC 6532 section 3.1). Case is kept: Okta ignores it. |
 * | with an `@` | What stands around an address in a text is dropped: `Nora <…>`, `… (Nora)`, `mailto:` and `?subject=…` (RFC 6068), quotes and brackets in pairs, the comma or full stop behind it: a domain ends with a letter or a digit. An ideographic full stop in the domain is a dot (UTS 46 section 2.3). |
 * | code | Decimal digits of every script become ASCII (UAX 44, General_Category=Nd). White_Space, punctuation and symbols are dropped: messages group digits by them, and sentences end with them. |
 * | phone | Digits and full-width forms become ASCII. White_Space becomes a blank, what is written for a dash a hyphen (Pd, U+2212, U+30FC of Japanese keyboards, a tilde), a middle dot a full stop, and a square bracket a round one. `tel:` and what stands around the number are dropped. |
 * | token | White_Space is dropped wherever it is: a token has none (RFC 6750 section 2.1), and mails break long lines. So are `Bearer` in front, and quotes, brackets and the end of a sentence around it: Okta's tokens are letters, digits, `-`, `_` and dots between them. Full-width forms and the hyphens of typesetting become ASCII. |
 */

/**
 * The maximum length of a login, a code or a phone number. A longer text cannot be one and is not
 * normalised: normalising 60,000 combining characters takes a second.
 */
const maxTyped = 1024;

/** An address as most people type it. It has its normal form already, but for its case. */
const plainAddress = /^[\w.+-]+@[\w.-]*[A-Za-z0-9]$/;

/** For a login or an address. */
export function normalLogin(text: string): string {
  if (text.length > maxTyped || plainAddress.test(text)) return text;
  const plain = trimmed(foldWidth(withoutInvisible(text)).normalize('NFC'));
  return plain.includes('@') ? unwrapped(plain) : plain;
}

/**
 * Logins or addresses that are the same at Okta have the same canonical form. It may also map two to one
 * that differ at Okta.
 */
export function canonicalLogin(login: string): string {
  return normalLogin(login.slice(0, maxTyped)).normalize('NFKC').toLowerCase();
}

export function normalCode(text: string): string {
  if (text.length > maxTyped) return text;
  return withAsciiDigits(withoutInvisible(text)).replace(
    /[\p{White_Space}\p{P}\p{S}\u30FC\uFF70]+/gu,
    '',
  );
}

export function normalPhone(text: string): string {
  if (text.length > maxTyped) return text;
  const visible = foldWidth(withAsciiDigits(withoutInvisible(text)));
  const plain = visible
    .replace(/\p{White_Space}/gu, ' ')
    .replace(/[\p{Pd}\u2053\u2212\u223C\u30FC~]/gu, '-')
    .replace(/[\u00B7\u2022\u2027\u2219\u22C5\u30FB]/g, '.')
    .replaceAll('[', '(')
    .replaceAll(']', ')');
  return trimEnds(plain, /^["'<>.,;\p{Pi}\p{Pf} ]$/u)
    .replace(/^tel: */i, '')
    .replace(/^\((\+\d+)\)/, '$1');
}

export function normalToken(text: string): string {
  const visible = foldWidth(withoutInvisible(text)).replace(/[\u2010\u2011\u2212]/g, '-');
  const bare = trimToken(visible).replace(/^bearer\p{White_Space}/iu, '');
  return trimToken(bare).replace(/\p{White_Space}+/gu, '');
}

/** Removes quotes, brackets and full stops at both ends, where no token has them. */
function trimToken(text: string): string {
  return trimEnds(text, /^[^\p{L}\p{N}_-]$/u) || trimmed(text);
}

function trimmed(text: string): string {
  return trimEnds(text, /^\p{White_Space}$/u);
}

/** Removes such characters at both ends. A loop, since `\s+$` takes quadratic time. */
function trimEnds(text: string, isEnd: RegExp): string {
  let start = 0;
  while (start < text.length && isEnd.test(text.charAt(start))) start += 1;
  return withoutEnd(text.slice(start), isEnd);
}

function withoutEnd(text: string, isEnd: RegExp): string {
  let end = text.length;
  while (end > 0 && isEnd.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

function withoutInvisible(text: string): string {
  return text.replace(/[\p{Default_Ignorable_Code_Point}\u2800\uFFF9-\uFFFC]+/gu, '');
}

/** Full-width, half-width and small forms of other characters (East Asian Width, UAX 11). */
function foldWidth(text: string): string {
  return text.replace(/[\u3000\uFE50-\uFE6F\uFF01-\uFFEF]+/gu, (forms) => forms.normalize('NFKC'));
}

/** For texts with an `@`. Unwraps twice, for nested forms such as `<mailto:…>`. */
function unwrapped(text: string): string {
  const address = withoutWrapping(withoutWrapping(text));
  const at = address.lastIndexOf('@');
  return address.slice(0, at) + address.slice(at).replaceAll('\u3002', '.');
}

function withoutWrapping(text: string): string {
  const list = trimEnds(text, /^[,;\p{White_Space}]$/u);
  const [, ofName, ofComment] = /^(?:[^<>]*<([^<>]*)>|(\S+) \([^()]*\))$/.exec(list) ?? [];
  const bracketed = ofName ?? ofComment ?? list;
  const [, ofUri] = /^mailto:([^?]*)/i.exec(bracketed) ?? [];
  return trimAfterDomain(ofUri === undefined ? bracketed : decoded(ofUri));
}

/** Removes what follows the domain, and the quotes or brackets around. */
function trimAfterDomain(text: string): string {
  const address = withoutEnd(text, /^[\p{P}\p{S}\p{White_Space}]$/u);
  // Only punctuation after the `@`, so it is no address.
  if (!address.includes('@')) return text;
  const isClosed = /["'`*_\p{Pi}\p{Pf}\p{Pe}>]/u.test(text.slice(address.length));
  return isClosed ? address.replace(/^["'`*_\p{Pi}\p{Pf}\p{Ps}<]+/u, '') : address;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
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
