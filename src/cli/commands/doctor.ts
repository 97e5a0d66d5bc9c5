import { defineCommand } from '../command-line/command.ts';

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'Say what is wrong with the Okta org, and how to mend it.',
  details: `Looks at the Okta org with the settings of this API, and prints what is wrong,
what a customer sees because of it, and what to click or call. It changes
nothing.

With OKTA_ADMIN_TOKEN in the environment it looks at the configuration of the
org as well. The token is used for this run alone: an API token of a read-only
administrator is enough. The output holds no secret.

Exit codes: 0, or 1 for an error found, or 2 where it could not look.
docs/doctor.md describes each check.`,
  options: {
    json: { kind: 'flag', help: 'Print JSON, for scripts.' },
    only: { kind: 'text', value: 'codes', help: 'Run these checks alone, such as D14,D16.' },
    skip: { kind: 'text', value: 'codes', help: 'Leave these checks out, such as D18.' },
    live: {
      kind: 'flag',
      help: 'Also make a customer, log in, refresh, ask for a password\nreset, log out, and delete the customer again.',
    },
  },
  async run(options) {
    const { runDoctor } = await import('../doctor/run.ts');
    await runDoctor(options);
  },
});
