import { z } from 'zod';
import type { Factor, MultiFactor } from '../../identity/mfa.ts';
import { FactorNotFound } from '../../identity/mfa-errors.ts';
import { required } from '../authn/client.ts';
import { enrollmentRequest, toFactor, totpSecretOf } from '../authn/factor-mapping.ts';
import { parseAnswer } from '../wire/answer.ts';
import { readEach } from '../wire/members.ts';
import { oktaFactor, oktaId } from '../wire/schemas.ts';
import type { Management } from './sdk.ts';

export type UserFactors = Pick<
  MultiFactor,
  'listFactors' | 'enrollFactor' | 'activateFactor' | 'removeFactor'
>;

/** The Factors API (developer.okta.com/docs/api/openapi/okta-management/management/tag/UserFactor). */
export function createUserFactors(management: Management, orgUrl: string): UserFactors {
  return {
    listFactors: (userId, context) =>
      management('users/factors/list', context, async (_users, { userFactorApi }, skip) => {
        const page = await userFactorApi.listFactors({ userId: pathPart(userId) });
        // Okta does not page this list.
        const listed = parseAnswer(await page.getNextPage(), z.array(z.unknown()));
        return readEach(listed, oktaFactor, skip).flatMap((factor) => toFactor(factor) ?? []);
      }),

    enrollFactor: ({ user, factor }, context) =>
      management('users/factors/enroll', context, async (_users, { userFactorApi }) => {
        const body = enrollmentRequest(factor, { provider: null, email: user.email });
        const userId = pathPart(user.id);
        const enrolled = parseAnswer(
          await userFactorApi.enrollFactor({ userId, body }),
          oktaFactor,
        );
        const totp = totpSecretOf(enrolled, { orgUrl, login: user.login });
        return { factor: required(toFactor(enrolled)), totp };
      }),

    activateFactor: ({ userId, factorId, code }, context) =>
      management(
        'users/factors/activate',
        context,
        async (_users, { userFactorApi }): Promise<Factor> => {
          const body = { passCode: code };
          const path = { userId: pathPart(userId), factorId: pathPart(factorId) };
          const activated = await userFactorApi.activateFactor({ ...path, body });
          return required(toFactor(parseAnswer(activated, oktaFactor)));
        },
      ),

    removeFactor: ({ userId, factorId }, context) =>
      management('users/factors/remove', context, async (_users, { userFactorApi }) => {
        await userFactorApi.unenrollFactor({
          userId: pathPart(userId),
          factorId: pathPart(factorId),
        });
      }),
  };
}

/** Only an id may become part of a path. */
function pathPart(id: string): string {
  if (!oktaId.safeParse(id).success) throw new FactorNotFound();
  return id;
}
