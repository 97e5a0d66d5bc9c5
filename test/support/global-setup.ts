import { generate } from '@graphql-codegen/cli';
import config from '../../codegen.ts';
import { forgetBuild } from './built.ts';

/**
 * Makes test/gql from schema/operations before the tests. Without codegen's hooks: they print the
 * schema, and a test that compares the committed schema with the code must find what is committed.
 */
export async function setup(): Promise<void> {
  forgetBuild();
  await generate({ ...config, hooks: {} }, true);
}
