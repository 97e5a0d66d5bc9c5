/** One challenge of a `WWW-Authenticate` header (RFC 9110 section 11.6.1). */
export interface Challenge {
  /** In lower case. */
  readonly scheme: string;
  /** By lower-case name. The first of two with the same name counts. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Why a resource server refused a token (RFC 6750 section 3, RFC 9449 section 7.1). */
export interface ChallengeError {
  /** `insufficient_scope`, `invalid_token`, `invalid_dpop_proof`, … */
  readonly error: string;
  readonly description: string;
  /** The required scopes; null if the server does not say. */
  readonly scope: string | null;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const separator = /[\s,]*/y;
const parameter = new RegExp(`(${token})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))`, 'y');
/** A scheme, and the token68 credentials that some schemes have (`Negotiate YII…==`). */
const scheme = new RegExp(
  `(${token})(?:\\s+[A-Za-z0-9._~+/-]+=*(?=\\s*(?:,|$)))?(?=[\\s,]|$)`,
  'y',
);

/** Reads up to the first part that is not valid. */
export function readChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  let at = 0;
  const next = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  while (at < header.length) {
    next(separator);
    const named = next(parameter);
    if (named === null) {
      const begun = next(scheme);
      if (begun === null) break;
      challenges.push({ scheme: (begun[1] ?? '').toLowerCase(), parameters: new Map() });
      continue;
    }
    const [, name = '', quoted, bare = ''] = named;
    const parameters = challenges.at(-1)?.parameters;
    const key = name.toLowerCase();
    if (parameters?.has(key) === false) {
      parameters.set(key, quoted?.replaceAll(/\\(.)/g, '$1') ?? bare);
    }
  }
  return challenges;
}

/** Null if no challenge names an error, for example one from a proxy. */
export function readChallengeError(headers: Headers): ChallengeError | null {
  for (const { parameters } of readChallenges(headers.get('www-authenticate') ?? '')) {
    const error = parameters.get('error') ?? '';
    if (!/^\w{1,40}$/.test(error)) continue;
    const scope = parameters.get('scope') ?? '';
    return {
      error,
      description: parameters.get('error_description') ?? '',
      // RFC 6749 section 3.3
      scope: /^[\x20\x21\x23-\x5B\x5D-\x7E]{1,200}$/.test(scope) ? scope : null,
    };
  }
  return null;
}
