import { ApiError } from '../http/responses.ts';
import { sameText } from '../oauth/management-auth.ts';
import type { Org } from '../org.ts';
import type { FactorEntity } from '../store/factor-entities.ts';
import { codeOfStep, timeStepOf } from './totp.ts';

/** `late`: a correct code of another time step; `blocked`: five wrong codes within five minutes. */
export type Verdict = 'right' | 'wrong' | 'replayed' | 'late' | 'blocked';

/** Accepted time steps before and after the current one, for clock differences. */
const tolerance = 1;
/** Time steps beyond that whose codes get a different error than wrong codes. */
const recognized = 10;

/** Like `verifyCode`, but counts: five wrong codes block the user, a correct one resets the count. */
export function checkCode(org: Org, factor: FactorEntity, code: string): Verdict {
  if (!org.limits.allowCode(factor.userId)) return 'blocked';
  const verdict = verifyCode(org, factor, code);
  if (verdict === 'right') org.limits.forgiveCodes(factor.userId);
  return verdict;
}

/** A correct code works only once. */
export function verifyCode(org: Org, factor: FactorEntity, code: string): Verdict {
  return factor.secret === null ? checkSent(org, factor, code) : checkTotp(org, factor, code);
}

function checkSent(org: Org, factor: FactorEntity, code: string): Verdict {
  const { sentCode } = factor;
  if (sentCode === null || !sameText(sentCode.code, code)) return 'wrong';
  if (sentCode.expiresAt <= org.now()) return 'late';
  factor.sentCode = null;
  return 'right';
}

function checkTotp(org: Org, factor: FactorEntity, code: string): Verdict {
  const { secret } = factor;
  const now = timeStepOf(org.now());
  const step =
    secret === null
      ? undefined
      : stepsAround(now).find((candidate) => sameText(codeOfStep(secret, candidate), code));
  if (step === undefined) return 'wrong';
  if (factor.lastTimeStep !== null && step <= factor.lastTimeStep) return 'replayed';
  if (Math.abs(step - now) > tolerance) return 'late';
  factor.lastTimeStep = step;
  return 'right';
}

/** Nearest first. */
function stepsAround(now: number): number[] {
  const distances = Array.from({ length: recognized }, (_, index) => index + 1);
  return [now, ...distances.flatMap((distance) => [now - distance, now + distance])].filter(
    (step) => step >= 0,
  );
}

/** @throws ApiError E0000068, E0000082, E0000083 or, for too many attempts, E0000047 */
export function requireRightCode(org: Org, factor: FactorEntity, code: unknown): void {
  const verdict = checkCode(org, factor, typeof code === 'string' ? code : '');
  switch (verdict) {
    case 'right':
      return;
    case 'wrong':
      throw new ApiError('E0000068', {
        causes: ["Your code doesn't match our records. Please try again."],
      });
    case 'replayed':
      throw new ApiError('E0000082');
    case 'late':
      throw new ApiError('E0000083');
    case 'blocked':
      throw new ApiError('E0000047');
  }
}
