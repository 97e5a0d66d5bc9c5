import { beforeAll, expect, test } from 'vitest';
import { protectionChecks } from '../../src/doctor/checks/protection.ts';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { startOkta } from '../embedded/start.ts';
import { breakOrg, sendTo } from './break-org.ts';
import { examineOn, expectOnly, findingsOn } from './examine.ts';

let org: EmbeddedOkta;
beforeAll(async () => {
  org = await startOkta();
});

const threats = (action: string) =>
  sendTo(org, 'POST', '/api/v1/threats/configuration', { action, excludeZones: [] });
const second = (verifyKnowledgeSecondWhen2faRequired: boolean) =>
  sendTo(org, 'PUT', '/attack-protection/api/v1/authenticator-settings', {
    verifyKnowledgeSecondWhen2faRequired,
  });

test('nothing is wrong with the protection of a right org', async () => {
  const examined = await examineOn(org, {}, protectionChecks);
  expect(examined.map(({ notLooked, findings }) => [notLooked, findings])).toEqual(
    protectionChecks.map(() => [null, []]),
  );
});

test('D33: ThreatInsight blocks addresses and exempts no zone', async () => {
  const findings = await breakOrg(
    org,
    () => threats('block'),
    () => threats('none'),
  );
  expectOnly(findings, 'D33', 'warning');
  expect(await findingsOn(org)).toEqual([]);
});

test('D46: a possession factor comes before the password', async () => {
  const findings = await breakOrg(
    org,
    () => second(true),
    () => second(false),
  );
  expectOnly(findings, 'D46', 'warning');
});
