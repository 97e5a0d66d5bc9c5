import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readProfileSchema, shippedProfile } from '../../graphql/account/profile-schema.ts';
import type { ProfileSchema } from '../../identity/profile-schema.ts';
import { refuse } from './environment.ts';

const fix = 'Write it anew by the command `schema`, or remove the variable.';

/** Ends the program where the file cannot be used. @param path null: the file of this package */
export function readProfile(path: string | null): ProfileSchema {
  try {
    return readProfileSchema(path === null ? shippedProfile : pathToFileURL(resolve(path)));
  } catch (error) {
    refuse([{ variable: 'PROFILE_FILE', problem: problemOf(error), fix }]);
  }
}

/** What customers can give in signUp besides the fields of every org. Ends the program as `readProfile`. */
export function signUpAttributesIn(path: string | null): readonly string[] {
  return Object.entries(readProfile(path).attributes).flatMap(([name, attribute]) =>
    attribute.visibility === 'public' && attribute.writable ? [name] : [],
  );
}

function problemOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'It is not JSON.';
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? `It cannot be read (${error.code}).` : error.message;
}

/**
 * The file that the command `schema` writes. The file of an installed package is refused: the next
 * installation replaces it.
 */
export function profileFileToWrite(path: string | null): URL {
  if (path !== null) return pathToFileURL(resolve(path));
  if (!shippedProfile.pathname.includes('/node_modules/')) return shippedProfile;
  return refuse([
    {
      variable: 'PROFILE_FILE',
      problem: 'It is missing, and the package itself is replaced by the next installation.',
      fix: 'Set it to where the profile file shall be, such as PROFILE_FILE=profile.json, for `start` too.',
    },
  ]);
}

/** The file, or the one of this package where there is none yet. */
export function profileBefore(file: URL): ProfileSchema {
  return readProfileSchema(existsSync(file) ? file : shippedProfile);
}
