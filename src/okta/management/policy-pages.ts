import { z } from 'zod';
import type { OktaConfig } from '../../config.ts';
import type { CallContext } from '../../identity/model.ts';
import { readJson, unexpectedAnswer } from '../wire/answer.ts';
import { nextPage } from '../wire/link.ts';
import { membersOf, readEach } from '../wire/members.ts';
import { createManagementGet, type ManagementReads } from './read.ts';

/**
 * The parts of a policy that show which users it applies to. Callers read its settings.
 */
const oktaPolicy = z.object({
  status: z.string().nullish().catch(null),
  priority: z.number().nullish().catch(null),
  system: z.boolean().nullish().catch(null),
  conditions: z
    .object({
      people: z
        .object({ groups: z.object({ include: membersOf(z.string()).nullish() }).nullish() })
        .nullish(),
      authProvider: z.object({ provider: z.string().nullish() }).nullish(),
    })
    .nullish(),
  settings: z.unknown(),
});
export type OktaPolicy = z.infer<typeof oktaPolicy>;

/** An org has at most a few dozen policies of a type; an endless list is an error. */
const maxPages = 20;

/** All active policies of a type, from all pages (a `Link` with `rel="next"`). */
export function createPolicyPages(
  config: Pick<OktaConfig, 'orgUrl' | 'management'>,
  { http, now, dpop }: ManagementReads,
) {
  const get = createManagementGet(config, { http, now, dpop, scope: 'okta.policies.read' });
  const list = `${config.orgUrl}/api/v1/policies`;

  const readPage = (url: string, context: CallContext) =>
    get(
      {
        endpoint: 'policies/list',
        url,
        async parse(response, skip) {
          const members = await readJson(response, z.array(z.unknown()));
          const next = nextPage(response.headers, list);
          return { policies: readEach(members, oktaPolicy, skip), next };
        },
      },
      context,
    );

  return async (type: 'PASSWORD' | 'MFA_ENROLL', context: CallContext): Promise<OktaPolicy[]> => {
    const found: OktaPolicy[] = [];
    let url: string | null = `${list}?type=${type}&status=ACTIVE`;
    for (let pages = 0; url !== null; pages += 1) {
      if (pages === maxPages) throw unexpectedAnswer('a list of policies that does not end');
      const page: Awaited<ReturnType<typeof readPage>> = await readPage(url, context);
      found.push(...page.policies);
      url = page.next;
    }
    return found;
  };
}
