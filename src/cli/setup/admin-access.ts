import { bareValue } from '../../config/settings.ts';
import { adminTokenName } from '../../config/variables.ts';
import type { ConfigProblem } from '../../config.ts';
import { adminTokenProblem, takeAdminToken } from '../environment/admin-token.ts';
import { refuse } from '../environment/environment.ts';
import { baseAddress, orgProblem } from './addresses.ts';
import type { KnownSettings } from './known-settings.ts';

export interface AdminAccess {
  readonly orgUrl: string;
  readonly token: string;
}

/** Ends the program where one of both is missing. @param org null takes that of OKTA_ISSUER */
export function readAdminAccess(
  org: string | null,
  { env, shell }: Pick<KnownSettings, 'env' | 'shell'>,
): AdminAccess {
  const address = org ?? bareValue(env, 'OKTA_ISSUER');
  const token = takeAdminToken(shell);
  const orgUrl = baseAddress(address);
  const problems = [...orgProblems(address), ...tokenProblems(token)];
  if (orgUrl === null || problems.length > 0) refuse(problems);
  return { orgUrl, token };
}

function orgProblems(address: string): readonly ConfigProblem[] {
  const problem = orgProblem(address);
  if (problem === null) return [];
  if (address === '') {
    return [
      {
        variable: '--org',
        problem: 'No org is named.',
        fix: 'Give its address, such as --org https://acme.okta.com.',
      },
    ];
  }
  return [{ variable: 'OKTA_ISSUER', problem: `It ${problem}.`, fix: 'Name the org by --org.' }];
}

function tokenProblems(token: string): readonly ConfigProblem[] {
  if (token === '') {
    return [
      {
        variable: adminTokenName,
        problem: 'It is not in the environment.',
        fix: 'Make an API token as a super administrator (Admin Console: Security >\nAPI > Tokens), and set it for this run alone. Nothing stores it.',
      },
    ];
  }
  const problem = adminTokenProblem(token);
  return problem === null ? [] : [problem];
}
