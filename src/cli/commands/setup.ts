import { defineCommand } from '../command-line/command.ts';
import {
  egressProblem,
  hookProblem,
  orgProblem,
  prefixProblem,
  shopProblem,
} from '../setup/addresses.ts';

export const setup = defineCommand({
  name: 'setup',
  summary: 'Make an Okta org ready for this API, and write the settings for it.',
  details: `Compares an Okta org with what this API needs, shows a plan, asks, and applies
it. It never deletes anything and never changes a default policy. You can run it
again at any time. The settings go to .env, or the secrets to files of
SECRETS_DIR.

It needs OKTA_ADMIN_TOKEN in the environment, for this run alone: an API token
of a super administrator. Nothing stores it; revoke it after the run.`,
  options: {
    org: {
      kind: 'text',
      value: 'url',
      check: orgProblem,
      help: 'The org to set up. Default: the org of\nOKTA_ISSUER.',
    },
    flow: {
      kind: 'choice',
      choices: ['password', 'authn'],
      help: 'The log-in flow. Default: OKTA_LOG_IN_FLOW,\nor password.',
    },
    prefix: {
      kind: 'text',
      value: 'text',
      check: prefixProblem,
      help: 'A word before each name, such as "Staging", so\nthat several stages can share an org.',
    },
    hook: {
      kind: 'text',
      value: 'url',
      check: hookProblem,
      help: 'Add an event hook that calls this API at <url>.\nOkta verifies it at once, so the API must be\nrunning there: use it in a second run.',
    },
    egress: {
      kind: 'text',
      value: 'cidrs',
      check: egressProblem,
      help: 'The addresses from which this API calls Okta,\nseparated by commas. They become a trusted\nproxy, so that Okta sees the address of each\nshopper.',
    },
    shop: {
      kind: 'text',
      value: 'url',
      check: shopProblem,
      help: 'The address of the shop. Mails then link to\nits pages /reset-password, /verify-email and\n/unlock-account. Without it they contain a code\nto type in.',
    },
    'keep-mails': { kind: 'flag', help: "Leave Okta's mails as they are." },
    'email-change': { kind: 'flag', help: 'Allow customers to change their e-mail address.' },
    'dry-run': { kind: 'flag', help: 'Show the plan and change nothing.' },
    yes: { kind: 'flag', help: 'Do not ask for confirmation.' },
    print: {
      kind: 'choice',
      choices: ['terraform', 'markdown'],
      help: 'Print what an org needs, as Terraform or as\nsteps for the Admin Console. Calls no org.',
    },
    engine: {
      kind: 'choice',
      choices: ['identity', 'classic'],
      help: 'For --print: the engine of the org.\nDefault: identity.',
    },
  },
  async run(values) {
    const { setUp } = await import('../setup/run.ts');
    await setUp(values);
  },
});
