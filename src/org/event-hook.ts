/** The path at which this API receives Okta's events. */
export const hookPath = '/hooks/okta';

/** Of the events that the API acts on, those that Okta sends to event hooks. */
export const hookEvents = [
  'application.lifecycle.deactivate',
  'application.lifecycle.delete',
  'application.user_membership.remove',
  'user.account.lock',
  'user.account.reset_password',
  'user.account.unlock',
  'user.account.unlock_by_admin',
  'user.account.update_password',
  'user.account.update_profile',
  'user.authentication.universal_logout',
  'user.lifecycle.activate',
  'user.lifecycle.create',
  'user.lifecycle.deactivate',
  'user.lifecycle.delete.initiated',
  'user.lifecycle.reactivate',
  'user.lifecycle.suspend',
  'user.lifecycle.unsuspend',
  'user.mfa.factor.reset_all',
  'user.session.clear',
  'user.session.end',
] as const;
