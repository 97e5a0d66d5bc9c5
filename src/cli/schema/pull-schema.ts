import { servingConfig } from '../../config.ts';
import { defaultSecrets, withDefaults } from '../environment/default-secrets.ts';
import { configure } from '../environment/environment.ts';
import { profileFileToWrite } from '../environment/profile-file.ts';
import { pullProfileSchema } from './pull-profile-schema.ts';

/** Reads the profile attributes of the configured org into the profile file. */
export async function pullSchema(): Promise<void> {
  const { config, secrets } = configure();
  if (config.okta === null || secrets.okta === null) {
    throw new Error('There is no Okta org to ask: set the OKTA_* variables.');
  }
  const serving = withDefaults(secrets, defaultSecrets(secrets.okta));
  const { okta } = servingConfig({ ...config, okta: config.okta }, () => serving);
  const file = profileFileToWrite(config.server.profileFile);
  for (const line of await pullProfileSchema(okta, file)) console.log(line);
}
