import { defineCommand } from '../command-line/command.ts';

export const okta = defineCommand({
  name: 'okta',
  summary: 'Run the embedded Okta org alone, as an emulator for tests.',
  details: `Runs an Okta-compatible org on this machine, for the tests of a frontend or a
backend and for CI. It prints its addresses, apps, users and admin token, and
stops on SIGTERM or Ctrl+C.

EMBEDDED_OKTA_PORT and EMBEDDED_OKTA_FILE do the same as --port and --file.
docs/embedded-okta.md describes the seed and what the org cannot do.`,
  options: {
    port: { kind: 'port', help: 'The port to listen on; 0 is any free port.\nDefault: 4001.' },
    file: {
      kind: 'text',
      value: 'file',
      help: 'Save accounts, apps and policies here, so\nthat they survive a restart. Default: none.',
    },
    seed: { kind: 'text', value: 'file', help: 'Users and apps to start with, as JSON.' },
    engine: {
      kind: 'choice',
      choices: ['classic', 'identity'],
      help: 'The engine that the org reports.\nDefault: identity.',
    },
    empty: { kind: 'flag', help: 'Start as a new org, without apps and users.' },
    'log-requests': { kind: 'flag', help: 'Print a line for each request.' },
  },
  async run(options) {
    const { runOkta } = await import('../okta/run.ts');
    await runOkta(options);
  },
});
