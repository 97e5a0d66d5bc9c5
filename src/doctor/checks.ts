import type { Check } from './check.ts';
import { accessPolicyChecks } from './checks/access-policies.ts';
import { appSettingChecks } from './checks/app-settings.ts';
import { authorizationServerChecks } from './checks/authorization-server.ts';
import { clockChecks } from './checks/clock.ts';
import { credentialChecks } from './checks/credentials.ts';
import { passwordChecks } from './checks/passwords.ts';
import { protectionChecks } from './checks/protection.ts';
import { serviceAppChecks } from './checks/service-app.ts';
import { signInPolicyChecks } from './checks/sign-in-policies.ts';

/** All that the doctor looks at, area by area. */
export const checks: readonly Check[] = [
  ...authorizationServerChecks,
  ...accessPolicyChecks,
  ...credentialChecks,
  ...appSettingChecks,
  ...signInPolicyChecks,
  ...serviceAppChecks,
  ...protectionChecks,
  ...passwordChecks,
  ...clockChecks,
];
