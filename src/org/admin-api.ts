/** Why Okta's admin API did not do what it was asked. Holds Okta's own words, and never the token. */
export class AdminApiError extends Error {
  override readonly name = 'AdminApiError';
  /** HTTP status; null when no answer came, or one that is not Okta's. */
  readonly status: number | null;
  /** Something answered, Okta or not. */
  readonly isAnswer: boolean;
  /** Okta's errorCode, such as E0000006; null when the answer had none. */
  readonly code: string | null;
  /** The OAuth scope that the token lacks, where Okta names it (RFC 6750 section 3). */
  readonly missingScope: string | null;

  constructor(
    message: string,
    about: {
      readonly status: number | null;
      /** Default: whether there is a status. */
      readonly isAnswer?: true;
      readonly code?: string | null;
      readonly missingScope?: string | null;
    },
  ) {
    super(message);
    this.status = about.status;
    this.isAnswer = about.isAnswer ?? about.status !== null;
    this.code = about.code ?? null;
    this.missingScope = about.missingScope ?? null;
  }

  /** The token is right and lacks a permission, or the org lacks the feature. */
  get isForbidden(): boolean {
    return this.status === 403 || this.code === 'E0000015';
  }
}

export type Json = Readonly<Record<string, unknown>>;

/**
 * Okta's admin API with the token of an administrator, for one run of a command. Paths begin with `/`.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/
 */
export interface AdminApi {
  readonly orgUrl: string;
  /** Null: there is no such object (404). @throws AdminApiError */
  get(path: string): Promise<Json | null>;
  /** Every page of a list. @throws AdminApiError */
  list(path: string): Promise<readonly Json[]>;
  /** The first page of a list alone, asked anew each time. @throws AdminApiError */
  firstPage(path: string): Promise<readonly Json[]>;
  /** The answer may be empty: `{}` then. @throws AdminApiError */
  send(method: 'POST' | 'PUT', path: string, body?: Json): Promise<Json>;
}

interface Options {
  readonly orgUrl: string;
  /** An API token, or an access token of a service app (a JWT). Null: only paths that need no token. */
  readonly token: string | null;
  readonly timeoutMs: number;
  /** Called before a wait for Okta's rate limit. */
  readonly onWait?: (seconds: number) => void;
}

/** An org with more objects of one kind than this is not read to the end. */
const maxPages = 50;
const maxWaits = 3;
const maxWaitSeconds = 60;

export function createAdminApi(options: Options): AdminApi {
  const { orgUrl } = options;
  return {
    orgUrl,
    async get(path) {
      const answer = await request(options, 'GET', path);
      return answer.status === 404 ? null : recordOf(await bodyOf(answer), path);
    },
    async list(path) {
      const items: Json[] = [];
      let next: string | null = path;
      for (let page = 0; next !== null && page < maxPages; page += 1) {
        const read: ListPage = await readPage(options, next);
        items.push(...read.items);
        next = read.next;
      }
      return items;
    },
    firstPage: async (path) => (await readPage(options, path)).items,
    async send(method, path, body) {
      const answer = await request(options, method, path, body);
      try {
        const text = await answer.text();
        return text === '' ? {} : recordOf(JSON.parse(text), path);
      } catch {
        throw unexpected(path);
      }
    },
  };
}

interface ListPage {
  readonly items: readonly Json[];
  /** The path of the next page; null: there is none. */
  readonly next: string | null;
}

/** Empty where there is no such list (404). */
async function readPage(options: Options, path: string): Promise<ListPage> {
  const answer = await request(options, 'GET', path);
  if (answer.status === 404) return { items: [], next: null };
  const body = await bodyOf(answer);
  if (!Array.isArray(body)) throw unexpected(path);
  const items = body.map((item: unknown) => recordOf(item, path));
  return { items, next: nextPage(answer.headers.get('link'), options.orgUrl) };
}

/** @returns an answer that is a success or 404 */
async function request(
  options: Options,
  method: string,
  path: string,
  body?: Json,
): Promise<Response> {
  const { orgUrl, token, timeoutMs, onWait } = options;
  for (let waits = 0; ; waits += 1) {
    const answer = await fetch(orgUrl + path, {
      method,
      // A token must not follow a redirect to another host.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        accept: 'application/json',
        ...(token !== null && { authorization: authorizationOf(token) }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      throw new AdminApiError(`${orgUrl} does not answer (${reasonOf(error)}).`, { status: null });
    });
    if (answer.ok || (answer.status === 404 && method === 'GET')) return answer;
    if (answer.status >= 300 && answer.status < 400) throw redirected(answer, orgUrl);
    if (answer.status !== 429 || waits === maxWaits) throw await refusalOf(answer, orgUrl, path);
    await answer.body?.cancel();
    const seconds = secondsToWait(answer.headers);
    onWait?.(seconds);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}

/** A JWT is an OAuth access token; an API token of Okta has no dots. */
export function isJwt(token: string): boolean {
  return token.split('.').length === 3;
}

function authorizationOf(token: string): string {
  return isJwt(token) ? `Bearer ${token}` : `SSWS ${token}`;
}

/** By Okta's clock, from the header `Date`. */
function secondsToWait(headers: Headers): number {
  const now = Date.parse(headers.get('date') ?? '') / 1000;
  const seconds = Number(headers.get('x-rate-limit-reset')) - now;
  return seconds > 0 ? Math.min(Math.ceil(seconds), maxWaitSeconds) : 1;
}

/** The rest of a location may hold what is not for a terminal. */
function redirected(answer: Response, orgUrl: string): AdminApiError {
  const location = answer.headers.get('location') ?? '';
  const target = URL.canParse(location, orgUrl) ? new URL(location, orgUrl).origin : 'nowhere';
  const message = `${orgUrl} redirects to ${target}, where the token is not sent. Use the address of the org itself.`;
  return new AdminApiError(message, { status: null, isAnswer: true });
}

async function refusalOf(answer: Response, orgUrl: string, path: string): Promise<AdminApiError> {
  const body: unknown = await answer.json().catch(() => null);
  const { errorCode, errorSummary, errorCauses } = isRecord(body) ? body : {};
  const challenge = answer.headers.get('www-authenticate') ?? '';
  if (typeof errorCode !== 'string' && challenge === '' && !isOkta(answer)) {
    const message = `${orgUrl} answers ${answer.status}, and not as Okta does: a proxy or another server may be in between.`;
    return new AdminApiError(message, { status: null, isAnswer: true });
  }
  const missingScope = /insufficient_scope/.test(challenge)
    ? (/scope="([^"]*)"/.exec(challenge)?.[1] ?? null)
    : null;
  const words = [
    ...(missingScope === null ? [] : [`the token lacks the scope ${missingScope}`]),
    ...(typeof errorCode === 'string' ? [errorCode] : []),
    ...(typeof errorSummary === 'string' ? [errorSummary] : []),
    ...causesOf(errorCauses),
  ];
  const said = words.length > 0 ? words.join(' ') : 'no reason given';
  return new AdminApiError(
    `Okta answers ${answer.status} at ${path.replace(/\?.*/, '')}: ${said}`,
    {
      status: answer.status,
      code: typeof errorCode === 'string' ? errorCode : null,
      missingScope,
    },
  );
}

/** Okta puts it on each answer of its own. */
function isOkta({ headers }: Response): boolean {
  return headers.has('x-okta-request-id');
}

function causesOf(causes: unknown): readonly string[] {
  if (!Array.isArray(causes)) return [];
  const texts = causes.map((cause: unknown) => (isRecord(cause) ? cause['errorSummary'] : null));
  return texts.filter((text) => typeof text === 'string');
}

/** The target of `rel="next"` (RFC 8288), as a path of this org. */
function nextPage(link: string | null, orgUrl: string): string | null {
  const target = /<([^>]*)>;\s*rel="next"/.exec(link ?? '')?.[1];
  if (target === undefined || !URL.canParse(target, orgUrl)) return null;
  const url = new URL(target, orgUrl);
  return url.pathname + url.search;
}

async function bodyOf(answer: Response): Promise<unknown> {
  try {
    return await answer.json();
  } catch {
    throw unexpected(new URL(answer.url).pathname);
  }
}

function recordOf(body: unknown, path: string): Json {
  if (!isRecord(body)) throw unexpected(path);
  return body;
}

function unexpected(path: string): AdminApiError {
  const message = `The answer at ${path.replace(/\?.*/, '')} is not Okta's.`;
  return new AdminApiError(message, { status: null, isAnswer: true });
}

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error.name === 'TimeoutError') return 'timeout';
  const { cause } = error;
  if (isRecord(cause) && typeof cause['code'] === 'string') return cause['code'];
  // A text about the request itself may hold the token.
  return cause instanceof Error ? cause.message : error.name;
}
