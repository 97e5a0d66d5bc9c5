interface EventTypeInfo {
  /** `displayMessage` of the event. */
  readonly message: string;
  /** Whether event hooks may subscribe to it; the System Log has every event. */
  readonly hook: boolean;
}

/**
 * The events that this org logs, as https://developer.okta.com/docs/reference/api/event-types/ has
 * them. The target of type `User` names the user that an event is about. The exceptions: for
 * `user.session.start` and `user.session.end` it is the actor, and for the revocation of a token
 * `detailEntry.subject` of the token. Okta documents the types, but for few operations which event
 * they produce and what it contains: do not rely on more than the user.
 */
export const eventTypes = {
  'user.session.start': { message: 'User login to Okta', hook: true },
  'user.session.end': { message: 'User logout from Okta', hook: true },
  'user.session.clear': { message: 'Clear user session', hook: true },
  'user.authentication.auth_via_mfa': { message: 'Authentication of user via MFA', hook: true },
  'user.account.lock': { message: 'Auto-lock user account for Okta', hook: true },
  'user.account.unlock': { message: 'Auto-unlock user account for Okta', hook: true },
  'user.account.unlock_by_admin': { message: 'User account unlock by admin', hook: true },
  'user.account.update_password': { message: 'User update password for Okta', hook: true },
  'user.account.reset_password': { message: 'User reset password for Okta', hook: true },
  'user.account.expire_password': { message: 'Expire user password', hook: false },
  'user.account.update_profile': { message: 'Update user profile for Okta', hook: true },
  'user.account.update_primary_email': { message: 'User primary email updated', hook: false },
  'user.lifecycle.create': { message: 'Create Okta user', hook: true },
  'user.lifecycle.activate': { message: 'Activate Okta user', hook: true },
  'user.lifecycle.reactivate': { message: 'Reactivate Okta user', hook: true },
  'user.lifecycle.deactivate': { message: 'Deactivate Okta user', hook: true },
  'user.lifecycle.suspend': { message: 'Suspend Okta user', hook: true },
  'user.lifecycle.unsuspend': { message: 'Unsuspend Okta user', hook: true },
  'user.lifecycle.delete.initiated': { message: 'Delete Okta user initiated', hook: true },
  'user.lifecycle.delete.completed': { message: 'Delete Okta user completed', hook: false },
  'user.mfa.factor.activate': { message: 'Activate factor for user', hook: true },
  'user.mfa.factor.deactivate': { message: 'Reset factor for user', hook: true },
  'user.mfa.factor.reset_all': { message: 'Reset all factors for user', hook: true },
  // With `as` of custom authorization servers, without it of the org server.
  'app.oauth2.as.token.grant': { message: 'OAuth2 token request', hook: false },
  'app.oauth2.as.token.grant.access_token': {
    message: 'OAuth2 access token is granted',
    hook: false,
  },
  'app.oauth2.as.token.grant.refresh_token': {
    message: 'OAuth2 refresh token is granted',
    hook: false,
  },
  'app.oauth2.as.token.grant.id_token': { message: 'OAuth2 id token is granted', hook: false },
  'app.oauth2.as.token.revoke': { message: 'OAuth2 token revocation request', hook: false },
  'app.oauth2.as.token.detect_reuse': {
    message: 'Detect one-time refresh token attempted reuse',
    hook: false,
  },
  'app.oauth2.token.grant': { message: 'OIDC token request', hook: false },
  'app.oauth2.token.grant.access_token': { message: 'OIDC access token is granted', hook: false },
  'app.oauth2.token.grant.refresh_token': { message: 'OIDC refresh token is granted', hook: false },
  'app.oauth2.token.grant.id_token': { message: 'OIDC id token is granted', hook: false },
  'app.oauth2.token.revoke': { message: 'OIDC token revocation request', hook: false },
  'app.oauth2.token.revoke.implicit.user': { message: 'Tokens revoked for user', hook: false },
  'app.oauth2.token.detect_reuse': {
    message: 'Detect one-time refresh token attempted reuse',
    hook: false,
  },
  'event_hook.created': { message: 'Event hook created', hook: false },
  'event_hook.updated': { message: 'Event hook updated', hook: false },
  'event_hook.activated': { message: 'Event hook activated', hook: false },
  'event_hook.deactivated': { message: 'Event hook deactivated', hook: false },
  'event_hook.deleted': { message: 'Event hook deleted', hook: false },
  'event_hook.verified': { message: 'Event hook verification', hook: false },
  'event_hook.delivery': { message: 'Event hook delivery failed', hook: false },
} as const satisfies Record<string, EventTypeInfo>;

export type EventType = keyof typeof eventTypes;

/** What hooks may subscribe to although this org never logs it. */
const neverLogged: readonly string[] = [
  'user.account.report_suspicious_activity_by_enduser',
  'user.authentication.authenticate',
  'user.authentication.sso',
  'user.authentication.universal_logout',
  'user.credential.enroll',
  'user.mfa.factor.suspend',
  'user.mfa.factor.unsuspend',
  'user.mfa.factor.update',
  'user.risk.change',
  'user.risk.detect',
  'user.session.context.change',
  'application.lifecycle.deactivate',
  'application.lifecycle.delete',
  'application.user_membership.add',
  'application.user_membership.remove',
  'application.user_membership.update',
  'group.user_membership.add',
  'group.user_membership.remove',
  'system.org.rate_limit.violation',
  'system.org.rate_limit.warning',
];

const hookEvents: readonly string[] = Object.entries(eventTypes)
  .filter(([, { hook }]) => hook)
  .map(([type]) => type);

export function isHookEligible(eventType: string): boolean {
  return hookEvents.includes(eventType) || neverLogged.includes(eventType);
}

/** All changes of accounts; sign-ins are frequent and change nothing. */
export const accountHookEvents: readonly string[] = hookEvents.filter(
  (type) => type !== 'user.session.start' && !type.startsWith('user.authentication.'),
);
