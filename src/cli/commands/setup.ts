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
  details: `Compares an Okta org with what this API needs, shows a plan, asks, and makes it
so. It never deletes anything, never changes a default policy, and may be run
again at any time. The settings go to .env, or secrets to files of SECRETS_DIR.

It needs OKTA_ADMIN_TOKEN in the environment, for this run alone: an API token
of a super administrator. Nothing stores it; revoke it after the run.`,
  options: {
    org: {
      kind: 'text',
      value: 'url',
      check: orgProblem,
      help: 'Which org. Default: that of OKTA_ISSUER.',
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
      help: 'Put before each name, such as "Staging", so\nthat stages can share an org.',
    },
    hook: {
      kind: 'text',
      value: 'url',
      check: hookProblem,
      help: 'Make an event hook that calls this API at\n<url>, where it has to run already: this is a\nsecond run.',
    },
    egress: {
      kind: 'text',
      value: 'cidrs',
      check: egressProblem,
      help: 'The addresses that this API calls Okta from,\nby commas: a trusted proxy, so that Okta sees\nthe address of each shopper.',
    },
    shop: {
      kind: 'text',
      value: 'url',
      check: shopProblem,
      help: 'The shop: mails link to its pages\n/reset-password, /verify-email and\n/unlock-account. Without it they have a code to\ntype in.',
    },
    'keep-mails': { kind: 'flag', help: "Leave Okta's mails as they are." },
    'email-change': { kind: 'flag', help: 'Let customers change their e-mail address.' },
    'dry-run': { kind: 'flag', help: 'Show the plan, and change nothing.' },
    yes: { kind: 'flag', help: 'Do not ask.' },
    print: {
      kind: 'choice',
      choices: ['terraform', 'markdown'],
      help: 'Print what an org needs as Terraform or as\nsteps for the Admin Console, and call no org.',
    },
    engine: {
      kind: 'choice',
      choices: ['identity', 'classic'],
      help: 'Of --print: the engine of the org.\nDefault: identity.',
    },
  },
  async run(values) {
    const { setUp } = await import('../setup/run.ts');
    await setUp(values);
  },
});
