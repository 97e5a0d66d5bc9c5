import { defineCommand } from '../command-line/command.ts';

export const schema = defineCommand({
  name: 'schema',
  summary: 'Read the profile attributes of the Okta org into the profile file.',
  details: `Reads the user profile of the Okta org into the profile file. PROFILE_FILE names
the file; in a checkout it is schema/profile.json by default. A new attribute
has the visibility "none": change it to "public" or "private" to show it, and
start the API again. The GraphQL types are made of the file at each start.

It needs the OKTA_* variables, and the right okta.schemas.read.`,
  options: {
    print: {
      kind: 'choice',
      choices: ['schema', 'subgraph'],
      help: 'Print the GraphQL schema made of the profile\nfile, for code generation or a supergraph.\nIt asks no org.',
    },
  },
  async run({ print }) {
    if (print !== null) {
      const { printSchema } = await import('../schema/print-schema.ts');
      return printSchema(print);
    }
    const { pullSchema } = await import('../schema/pull-schema.ts');
    await pullSchema();
  },
});
