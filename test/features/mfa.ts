import { expect } from 'vitest';
import {
  LogInDocument,
  type LogInMutation,
  SendMfaChallengeDocument,
  VerifyMfaDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import type { SeedUser } from '../../src/embedded/handle.ts';
import type { Stack } from '../support/start.ts';

export const password = 'Correct-Horse-7';
export const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
export const phoneNumber = '+15554151337';

/** Customers by what they can prove; every one has the same password. */
export const mfaUsers: readonly SeedUser[] = [
  { email: 'totp@example.com', password, factors: [{ type: 'token:software:totp', secret }] },
  { email: 'sms@example.com', password, factors: [{ type: 'sms', phoneNumber }] },
  { email: 'mail@example.com', password, factors: [{ type: 'email' }] },
  { email: 'push@example.com', password, factors: [{ type: 'push' }] },
  {
    email: 'number@example.com',
    password,
    factors: [{ type: 'push', numberMatching: true }],
  },
  {
    email: 'all@example.com',
    password,
    factors: [
      { type: 'token:software:totp', secret },
      { type: 'sms', phoneNumber: '+15554151338' },
      { type: 'email' },
      { type: 'push' },
    ],
  },
  {
    email: 'expired@example.com',
    password,
    status: 'PASSWORD_EXPIRED',
    factors: [{ type: 'token:software:totp', secret }],
  },
];

type Headers = Readonly<Record<string, string>>;
type MfaRequired = Extract<LogInMutation['logIn'], { __typename: 'MfaRequired' }>;

/** What a frontend does, one request each. */
export function mfaCalls(stack: () => Stack, headers: Headers = {}) {
  async function logIn(email: string) {
    const { data, errors } = await stack().gql(
      LogInDocument,
      { input: { email, password } },
      headers,
    );
    expect(errors).toBeUndefined();
    return data?.logIn;
  }

  /** The step after the password. */
  async function start(email: string): Promise<MfaRequired> {
    const answer = await logIn(email);
    if (answer?.__typename !== 'MfaRequired') throw new Error(answer?.__typename);
    return answer;
  }

  async function send(transaction: string, factorId: string) {
    const input = { transaction, factorId };
    const { data, errors } = await stack().gql(SendMfaChallengeDocument, { input }, headers);
    expect(errors).toBeUndefined();
    return data?.sendMfaChallenge;
  }

  async function sent(transaction: string, factorId: string) {
    const answer = await send(transaction, factorId);
    if (answer?.__typename !== 'MfaChallengeSent') throw new Error(answer?.__typename);
    return answer;
  }

  async function verify(transaction: string, factorId: string, code?: string) {
    const input = { transaction, factorId, ...(code === undefined ? {} : { code }) };
    const { data, errors } = await stack().gql(VerifyMfaDocument, { input }, headers);
    expect(errors).toBeUndefined();
    return data?.verifyMfa;
  }

  const nameOf = async (answer: Promise<{ __typename: string } | undefined>) =>
    (await answer)?.__typename;

  return { logIn, start, send, sent, verify, nameOf };
}

/** The one factor of the type that the step offers. */
export function factorOf({ factors }: MfaRequired, type: MfaRequired['factors'][number]['type']) {
  const factor = factors.find((candidate) => candidate.type === type);
  if (factor === undefined) throw new Error(`No factor ${type} on offer.`);
  return factor.id;
}

/** The code of the newest message to an address or a phone. */
export function codeFor(stack: Stack, address: string): string {
  const code = stack.okta.outbox.to(address).at(-1)?.code;
  if (!code) throw new Error('No message with a code.');
  return code;
}
