import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { OktaConfig } from '../../config.ts';
import type { ProfileAttribute, ProfileSchema } from '../../identity/profile-schema.ts';
import { createHttp } from '../../okta/http/client.ts';
import {
  readUserSchema,
  type UserAttribute,
  type UserSchema,
} from '../../okta/management/user-schema.ts';
import { profileBefore } from '../environment/profile-file.ts';

/**
 * Updates a profile schema from the org, or makes one where there is no such file. The visibility of an attribute stays as the file has it; a
 * new attribute gets `none`. Okta's base attributes are updated only where the file names them.
 * @returns lines for the terminal
 */
export async function pullProfileSchema(okta: OktaConfig, file: URL): Promise<readonly string[]> {
  const before = profileBefore(file);
  const read = await readFromOkta(okta);
  const after = merged(before, read);
  const text = `${JSON.stringify(after, null, 2)}\n`;
  if (text !== (await readFile(file, 'utf8').catch(() => null))) await write(file, text);
  return [
    ...read.unreadable.map((name) => `Of an unknown form, left as it is: ${name}`),
    ...report(before, after),
  ];
}

async function write(file: URL, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const path = fileURLToPath(file);
    throw new Error(`${path} cannot be written (${code}). PROFILE_FILE chooses another file.`);
  }
}

async function readFromOkta(okta: OktaConfig): Promise<UserSchema> {
  const { callTimeoutMs } = okta;
  const http = createHttp({ callTimeoutMs, now: Date.now, observe: () => undefined });
  // One call for the token and one for the schema.
  const signal = AbortSignal.timeout(2 * callTimeoutMs);
  const context = { requestId: 'okta-schema', signal, shopper: null };
  try {
    return await readUserSchema(okta, { http, now: Date.now }, context);
  } finally {
    await http.close();
  }
}

function merged(
  before: ProfileSchema,
  { fields, base, custom, unreadable }: UserSchema,
): ProfileSchema {
  const kept = Object.entries(before.attributes).filter(([name]) => unreadable.includes(name));
  const named = [...base].filter(([name]) => Object.hasOwn(before.attributes, name));
  const attributes = [...named, ...custom].map(([name, attribute]): [string, ProfileAttribute] => [
    name,
    withVisibility(attribute, before.attributes[name]),
  ]);
  return { fields, attributes: Object.fromEntries([...kept, ...attributes]) };
}

function withVisibility(
  attribute: UserAttribute,
  known: ProfileAttribute | undefined,
): ProfileAttribute {
  return { visibility: known?.visibility ?? 'none', ...attribute };
}

function report(before: ProfileSchema, after: ProfileSchema): readonly string[] {
  const added = Object.keys(after.attributes).filter((name) => !(name in before.attributes));
  const gone = Object.keys(before.attributes).filter((name) => !(name in after.attributes));
  const demanded = Object.entries(after.attributes).filter(
    ([, { required, visibility, writable }]) => required && !(visibility === 'public' && writable),
  );
  return [
    ...added.map((name) => `New, not shown: ${name}`),
    ...gone.map((name) => `Gone from the org: ${name}`),
    ...demanded.map(([name]) => `Required by the org, and no customer can give it: ${name}`),
    'To show an attribute set its visibility to "public" or "private", and start the API again.',
    'Its GraphQL schema is then what `okta-account-api schema --print schema` prints.',
  ];
}
