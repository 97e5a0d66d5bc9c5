import type { UserProfile } from '@okta/okta-sdk-nodejs';
import type { CallContext, ProfileChanges, User } from '../identity/model.ts';
import { namingAttributes } from './errors/profile-rejection.ts';
import type { Management } from './management/sdk.ts';
import { readUser } from './management/users.ts';

/** `POST /users/{id}`, which leaves alone what is not named and clears what is null. */
export function createProfileUpdate(management: Management) {
  return (
    userId: string,
    { attributes, ...changes }: ProfileChanges,
    context: CallContext,
  ): Promise<User> => {
    // What has a field of its own comes last: no attribute may stand in for it. The SDK's type knows
    // neither lists nor that null clears.
    const profile = { ...attributes, ...changes } as UserProfile;
    return namingAttributes(profile, () =>
      management('users/update', context, async (api, _sdk, skip) =>
        readUser(await api.updateUser({ userId, user: { profile } }), skip),
      ),
    );
  };
}
