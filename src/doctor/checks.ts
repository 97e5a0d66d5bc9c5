import type { Check } from './check.ts';
import { accessPolicyChecks } from './checks/access-policies.ts';
import { appSettingChecks } from './checks/app-settings.ts';
import { authorizationServerChecks } from './checks/authorization-server.ts';
import { claimChecks } from './checks/claims.ts';
import { clockChecks } from './checks/clock.ts';
import { credentialChecks } from './checks/credentials.ts';
import { eventChecks } from './checks/events.ts';
import { featureChecks } from './checks/features.ts';
import { headroomChecks } from './checks/headroom.ts';
import { mailLanguageChecks } from './checks/mail-languages.ts';
import { mailChecks } from './checks/mails.ts';
import { networkChecks } from './checks/network.ts';
import { ownSideChecks } from './checks/own-side.ts';
import { passwordChecks } from './checks/passwords.ts';
import { profileSchemaChecks } from './checks/profile-schema.ts';
import { protectionChecks } from './checks/protection.ts';
import { serviceAppChecks } from './checks/service-app.ts';
import { signInPolicyChecks } from './checks/sign-in-policies.ts';
import { liveCheck } from './live.ts';

/** All that the doctor looks at, area by area. */
export const checks: readonly Check[] = [
  ...authorizationServerChecks,
  ...claimChecks,
  ...accessPolicyChecks,
  ...credentialChecks,
  ...appSettingChecks,
  ...signInPolicyChecks,
  ...featureChecks,
  ...serviceAppChecks,
  ...networkChecks,
  ...headroomChecks,
  ...protectionChecks,
  ...passwordChecks,
  ...mailChecks,
  ...mailLanguageChecks,
  ...eventChecks,
  ...profileSchemaChecks,
  ...clockChecks,
  ...ownSideChecks,
  liveCheck,
];
