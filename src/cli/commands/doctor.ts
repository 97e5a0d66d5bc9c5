import { defineCommand } from '../command-line/command.ts';

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'Find what is wrong with the Okta org, and how to fix it.',
  details: `Checks the Okta org with the settings of this API, and prints what is wrong,
what a customer sees because of it, and what to click or call. It changes
nothing; only --live makes a customer, and deletes it again.

With OKTA_ADMIN_TOKEN in the environment it also checks how the org is
configured. The token is used for this run alone: an API token of a read-only
administrator is enough. The output contains no secret.

Exit codes: 0 no error, 1 an error was found, 2 the org could not be checked.
docs/doctor.md describes each check.`,
  options: {
    json: { kind: 'flag', help: 'Print JSON, for scripts.' },
    only: { kind: 'text', value: 'codes', help: 'Run these checks only, such as D14,D16.' },
    skip: { kind: 'text', value: 'codes', help: 'Skip these checks, such as D18.' },
    live: {
      kind: 'flag',
      help: 'Also make a customer, log in, refresh, request a password\nreset, log out, and delete the customer again.',
    },
  },
  async run(options) {
    const { runDoctor } = await import('../doctor/run.ts');
    await runDoctor(options);
  },
});
