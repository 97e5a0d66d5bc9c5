import { defineCommand } from '../command-line/command.ts';

export const start = defineCommand({
  name: 'start',
  summary: 'Serve the account API. This is the default.',
  details: `Serves the account API. With no OKTA_* variables it starts an embedded Okta org
beside it, for development.`,
  options: {},
  async run() {
    const { startApi } = await import('../start/start.ts');
    await startApi();
  },
});
