import type { Check } from './check.ts';
import { authorizationServerChecks } from './checks/authorization-server.ts';
import { clockChecks } from './checks/clock.ts';
import { credentialChecks } from './checks/credentials.ts';
import { serviceAppChecks } from './checks/service-app.ts';

/** All that the doctor looks at, area by area. */
export const checks: readonly Check[] = [
  ...authorizationServerChecks,
  ...credentialChecks,
  ...serviceAppChecks,
  ...clockChecks,
];
