import process from 'node:process';
import { bareValue } from '../../config/settings.ts';
import { useProfileSchema } from '../../graphql/account/profile-schema.ts';
import { readEnvironment } from '../environment/environment.ts';
import { readProfile } from '../environment/profile-file.ts';

/** Prints what callers see, or what a federation router composes, with the attributes of the profile file. */
export async function printSchema(which: 'schema' | 'subgraph'): Promise<void> {
  useProfileSchema(readProfile(bareValue(readEnvironment(), 'PROFILE_FILE') || null));
  const { callerSdl, subgraphSdl } = await import('../../graphql/schema.ts');
  process.stdout.write(which === 'schema' ? callerSdl() : subgraphSdl());
}
