import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { subgraphSdlOf, withSubgraphFields } from './backend/federation.ts';
import { builder } from './base/builder.ts';
import { recordOutcomes } from './field-outcomes.ts';
import './errors/account-errors.ts';
import './errors/account-state-errors.ts';
import './account/activate-factor.ts';
import './backend/account-config.ts';
import './account/change-password.ts';
import './account/update-profile.ts';
import './log-in/change-expired-password.ts';
import './account/confirm-email-change.ts';
import './account/delete-account.ts';
import './account/enroll-factor.ts';
import './types/factor.ts';
import './log-in/log-in.ts';
import './log-in/log-out.ts';
import './types/me.ts';
import './errors/mfa-errors.ts';
import './log-in/refresh-token.ts';
import './account/remove-factor.ts';
import './account/request-email-change.ts';
import './recovery/request-password-reset.ts';
import './recovery/request-unlock.ts';
import './sign-up/resend-verification-email.ts';
import './recovery/reset-password.ts';
import './log-in/send-mfa-challenge.ts';
import './account/sessions.ts';
import './sign-up/sign-up.ts';
import './recovery/unlock-account.ts';
import './types/user.ts';
import './backend/validate-token.ts';
import './sign-up/verify-email.ts';
import './log-in/verify-mfa.ts';

const callers = builder.toSchema();

/** What the server serves: every field for callers, and the two by which a federation router calls. */
export const schema: GraphQLSchema = withSubgraphFields(callers, subgraphSdl());
recordOutcomes(schema);

/** schema/schema.graphql: what callers see, without the fields of federation. */
export function callerSdl(): string {
  return `${printSchema(lexicographicSortSchema(callers))}\n`;
}

/** schema/subgraph.graphql: what a federation router composes. */
export function subgraphSdl(): string {
  return subgraphSdlOf(callerSdl());
}
