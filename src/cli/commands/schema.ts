import { defineCommand } from '../command-line/command.ts';

export const schema = defineCommand({
  name: 'schema',
  summary: 'Read the profile attributes of the Okta org into the profile file.',
  details: `Writes the profile attributes of the Okta org to the profile file. PROFILE_FILE
names the file; in a checkout the default is schema/profile.json. A new
attribute has the visibility "none": change it to "public" or "private" to show
it, and start the API again. The API builds its GraphQL types from the file at
each start.

It needs the OKTA_* variables and the scope okta.schemas.read.`,
  options: {
    print: {
      kind: 'choice',
      choices: ['schema', 'subgraph'],
      help: 'Print the GraphQL schema with the attributes of\nthe profile file, for code generation or for a\nsupergraph. Calls no org.',
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
