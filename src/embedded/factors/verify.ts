import { ApiError, notFound } from '../http/responses.ts';
import type { Org } from '../org.ts';
import type { FactorEntity, PushEntity } from '../store/factor-entities.ts';
import { isoDate } from '../users/user-json.ts';
import { requireRightCode } from './check.ts';
import { factorUrl } from './factor-json.ts';
import { pushResult, sendPush } from './push.ts';
import { isSent, sendCode } from './sent-codes.ts';

type Json = Record<string, unknown>;

/** `POST …/factors/{id}/verify`: sends a challenge, or checks the given code. */
export function verifyFactor(
  org: Org,
  factor: FactorEntity,
  body: Readonly<Record<string, unknown>>,
): { readonly status: 200 | 201; readonly json: Json } {
  if (factor.status !== 'ACTIVE') throw new ApiError('E0000038');
  if (factor.type === 'push') {
    const push = sendPush(org, factor, body['useNumberMatchingChallenge'] === true);
    return { status: 201, json: waitingJson(org, factor, push) };
  }
  const { passCode } = body;
  if (isSent(factor) && (passCode === undefined || passCode === '')) {
    sendCode(org, factor);
    return { status: 200, json: { factorResult: 'CHALLENGE', _links: againLinks(org, factor) } };
  }
  requireRightCode(org, factor, passCode);
  return { status: 200, json: { factorResult: 'SUCCESS' } };
}

function againLinks(org: Org, factor: FactorEntity): Json {
  const url = factorUrl(org, factor);
  return {
    verify: { href: `${url}/verify`, hints: { allow: ['POST'] } },
    factor: { href: url, hints: { allow: ['GET', 'DELETE'] } },
  };
}

function waitingJson(org: Org, factor: FactorEntity, push: PushEntity): Json {
  const href = `${factorUrl(org, factor)}/transactions/${push.id}`;
  return {
    expiresAt: isoDate(push.expiresAt),
    factorResult: 'WAITING',
    _links: { poll: { href, hints: { allow: ['GET'] } } },
    ...(push.numbers !== null && {
      _embedded: { challenge: { correctAnswer: push.numbers.correct } },
    }),
  };
}

/** `GET …/factors/{id}/transactions/{transactionId}` @throws ApiError E0000007 */
export function transactionJson(org: Org, factor: FactorEntity, pushId: string): Json {
  const push = org.store.pushes.get(pushId);
  if (push?.factorId !== factor.id) throw notFound(pushId, 'UserFactor');
  const factorResult = pushResult(org, pushId);
  if (factorResult === 'WAITING') return waitingJson(org, factor, push);
  if (factorResult === 'SUCCESS') return { factorResult };
  return { factorResult, _links: againLinks(org, factor) };
}
