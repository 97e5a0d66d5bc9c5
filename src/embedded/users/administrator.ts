import { administratorId } from '../store/administrator.ts';
import type { UserEntity } from '../store/entities.ts';

const login = 'administrator@example.com';

/**
 * Who holds the API token. Okta lists its administrators among the users; this org does so where it
 * started empty, and shows this one as `me` alone otherwise.
 */
export const administrator: UserEntity = {
  id: administratorId,
  status: 'ACTIVE',
  created: 0,
  activated: 0,
  statusChanged: 0,
  lastLogin: null,
  lastUpdated: 0,
  passwordChanged: 0,
  profile: { login, email: login, firstName: 'Embedded', lastName: 'Administrator' },
  password: { salt: '', hash: '' },
  passwordHistory: [],
  failedAttempts: 0,
  groupIds: [],
};
