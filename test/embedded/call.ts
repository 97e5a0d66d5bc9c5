import type { EmbeddedOkta } from '../../src/embedded/handle.ts';

/** The members that tests read one by one; each answer has some of them. */
export interface AnswerBody {
  id: string;
  status: string;
  lastLogin: string | null;
  profile: { city?: string };
  _links: Record<string, { href?: string } | undefined>;
  _embedded: {
    activation: { sharedSecret: string; _links: { qrcode: { href: string } } };
    challenge: { correctAnswer: number };
    factor: { id: string; _embedded: { challenge: { correctAnswer: number } } };
    factors: { id: string; factorType: string; provider: string }[];
  };
  factorResult: string;
  activationToken: string;
  resetPasswordUrl: string;
  tempPassword: string;
  stateToken: string;
  sessionToken: string;
  recoveryToken: string;
  errorCode: string;
  errorCauses: { errorSummary: string }[];
}

export interface Answer {
  status: number;
  body: AnswerBody;
  headers: Headers;
}

/** One JSON request to the org, with an administrator's SSWS token by default. */
export async function call(
  org: EmbeddedOkta,
  [method, path]: readonly [method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string],
  { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const answer = await fetch(`${org.url}${path}`, {
    method,
    headers: {
      accept: 'application/json',
      authorization: `SSWS ${org.seeded.apiToken}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
  return {
    status: answer.status,
    body: isJson ? JSON.parse(text) : text,
    headers: answer.headers,
  };
}

/** A request without credentials. */
export function publicCall(org: EmbeddedOkta, path: string, body: unknown): Promise<Answer> {
  return call(org, ['POST', path], { body, headers: { authorization: '' } });
}

/** Status, error code and causes of a refusal. */
export function refused({ status, body }: Answer): unknown[] {
  return [status, body.errorCode, ...body.errorCauses.map(({ errorSummary }) => errorSummary)];
}
