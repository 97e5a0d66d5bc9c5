import { generate } from '@graphql-codegen/cli';
import { documents } from '../../codegen.ts';
import { forgetBuild } from './built.ts';

/**
 * Makes the typed documents of schema/operations before the tests. It does not print the schema: a
 * test that compares the committed schema with the code must find what is committed.
 */
export async function setup(): Promise<void> {
  forgetBuild();
  await generate(documents, true);
}
