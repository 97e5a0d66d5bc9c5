import { defineCommand } from '../command.ts';

export const schema = defineCommand({
  name: 'schema',
  summary: 'Read the profile attributes of the Okta org into the profile file.',
  details: `Reads the user profile of the Okta org into schema/profile.json. An attribute
that is new gets the visibility "none": change it to "public" or "private" to
show it.

It needs the OKTA_* variables, and the right okta.schemas.read.`,
  options: {},
  async run() {
    const { pullSchema } = await import('../pull-schema.ts');
    await pullSchema();
  },
});
