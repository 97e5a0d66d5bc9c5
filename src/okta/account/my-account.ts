import { z } from 'zod';
import type { CallContext } from '../../identity/model.ts';
import { toError } from '../errors/error-table.ts';
import { EmailKnown } from '../errors/my-account-errors.ts';
import type { OktaHttp } from '../http/client.ts';
import { readFailure, readJson } from '../wire/answer.ts';
import type { OktaEndpoint } from '../wire/endpoints.ts';
import { membersOf } from '../wire/members.ts';
import { myEmail, myEmailChallenge } from '../wire/schemas.ts';

/**
 * Okta's API for customers themselves, with their own access token
 * (developer.okta.com/docs/api/openapi/okta-myaccount/myaccount/tag/Email). Identity Engine only.
 */
export interface MyAccount {
  /**
   * Adds an unverified address, or finds it if it was added before. Sends no mail.
   * @returns Okta's id of the address; null if it is the account's verified address already
   * @throws ValidationFailed
   */
  addEmail(email: string, as: As): Promise<string | null>;
  /** Sends a code to the address, and a notice to the current one. */
  sendCode(emailId: string, as: As): Promise<{ readonly id: string; readonly expiresAt: Date }>;
  /** Makes it the address of the account. @throws EmailCodeInvalid, TransactionInvalid */
  verify(
    challenge: { readonly emailId: string; readonly id: string; readonly code: string },
    as: As,
  ): Promise<void>;
}

interface As {
  readonly accessToken: string;
  readonly context: CallContext;
}

interface Request<Schema> {
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly answer: Schema;
}

/** Scopes that the customer's token needs. */
export const myAccountScopes: readonly string[] = [
  'openid',
  'okta.myAccount.email.read',
  'okta.myAccount.email.manage',
];

interface Options {
  readonly http: OktaHttp;
  readonly now: () => number;
}

export function createMyAccount(orgUrl: string, options: Options): MyAccount {
  const call = createCall(orgUrl, options);

  async function find(email: string, as: As): Promise<string | null> {
    const known = await call('myaccount/emails/list', { path: '', answer: membersOf(myEmail) }, as);
    const pending = known.find(
      ({ status, profile }) =>
        status === 'UNVERIFIED' && profile.email.toLowerCase() === email.toLowerCase(),
    );
    return pending?.id ?? null;
  }

  return {
    async addEmail(email, as) {
      const body = { profile: { email }, sendEmail: false, role: 'PRIMARY' };
      try {
        const request = { path: '', body, answer: myEmail };
        return (await call('myaccount/emails/create', request, as)).id;
      } catch (error) {
        if (!(error instanceof EmailKnown)) throw error;
        return find(email, as);
      }
    },

    async sendCode(emailId, as) {
      const path = `/${emailId}/challenge`;
      const body = { state: as.context.requestId };
      const request = { path, body, answer: myEmailChallenge };
      const { id, expiresAt } = await call('myaccount/emails/challenge', request, as);
      return { id, expiresAt: new Date(expiresAt) };
    },

    async verify({ emailId, id, code }, as) {
      const path = `/${emailId}/challenge/${id}/verify`;
      const request = { path, body: { verificationCode: code }, answer: z.unknown() };
      await call('myaccount/emails/verify', request, as);
    },
  };
}

function createCall(orgUrl: string, { http, now }: Options) {
  return <Schema extends z.ZodType>(
    endpoint: OktaEndpoint,
    { path, body, answer }: Request<Schema>,
    { accessToken, context }: As,
  ): Promise<z.infer<Schema>> =>
    http.exchange(async (send) => {
      const response = await send(
        {
          endpoint,
          method: body === undefined ? 'GET' : 'POST',
          url: `${orgUrl}/idp/myaccount/emails${path}`,
          headers: {
            accept: 'application/json; okta-version=1.0.0',
            authorization: `Bearer ${accessToken}`,
            ...(body && { 'content-type': 'application/json' }),
          },
          ...(body && { body: JSON.stringify(body) }),
        },
        context,
      );
      if (!response.ok) throw toError(await readFailure(endpoint, response, now()));
      return readJson(response, answer);
    });
}
