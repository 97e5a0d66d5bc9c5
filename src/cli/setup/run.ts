import process from 'node:process';
import { bareValue } from '../../config/settings.ts';
import type { AdminApi } from '../../org/admin-api.ts';
import { describeOrg, type OrgDescription } from '../../org/description.ts';
import type { Engine } from '../../org/engine.ts';
import { reconcile, type Step } from '../../org/plan.ts';
import { markdownOf } from '../../org/print/markdown.ts';
import { terraformOf } from '../../org/print/terraform.ts';
import type { Ids, Resource } from '../../org/resource.ts';
import { resourcesOf } from '../../org/resources.ts';
import { usageError } from '../command-line/exit-codes.ts';
import { wrap } from '../command-line/wrap.ts';
import { refuse } from '../environment/environment.ts';
import { readAdminAccess } from './admin-access.ts';
import { applyPlan } from './apply.ts';
import { type ChoiceOptions, readChoices } from './choices.ts';
import { isConfirmed } from './confirm.ts';
import { explain } from './explain.ts';
import { type KnownSettings, readKnownSettings } from './known-settings.ts';
import { adminApi, orgText, readOrg } from './org-identity.ts';
import { stepText, summaryText } from './plan-text.ts';
import { requireRights } from './rights.ts';
import { knownPrefix, type Secrets, secretsFor, sentToOkta } from './secrets.ts';
import { issuerIn, isWritten, replacedSettings, settingsOf, settingsToGoOn } from './settings.ts';
import { type NewSettings, requireWritable, writeSettings } from './settings-files.ts';

interface Options extends ChoiceOptions {
  readonly org: string | null;
  readonly 'dry-run': boolean;
  readonly yes: boolean;
  readonly print: 'terraform' | 'markdown' | null;
  readonly engine: Engine | null;
}

export async function setUp(options: Options): Promise<void> {
  const known = readKnownSettings();
  const read = readChoices(options, known.env);
  if (!read.ok) refuse(read.problems);
  if (options.print !== null) {
    const engine = options.engine ?? 'identity';
    print(describeOrg(read.choicesFor({ engine, prefix: null })), options.print);
    return;
  }
  if (options.engine !== null) {
    console.error('--engine is for --print alone: an org says itself which engine it has.');
    process.exitCode = usageError;
    return;
  }
  const { orgUrl, token } = readAdminAccess(options.org, known);
  const api = adminApi(orgUrl, token);
  try {
    requireWritable(known.place);
    const org = await readOrg(api);
    await requireRights(api, token);
    console.log(`${orgText(org, orgUrl)}\n`);
    const prefix = await knownPrefix(api, known.env);
    const description = describeOrg(read.choicesFor({ engine: org.engine, prefix }));
    const secrets = await secretsFor(description, known.env, prefix);
    const { issuer } = org;
    const resources = resourcesOf(description, { issuer, ...sentToOkta(secrets) });
    await change({ api, options, known, description, secrets, resources });
  } catch (error) {
    console.error(`\n${wrap(explain(error, orgUrl))}`);
    process.exitCode = 1;
  }
}

function print(description: OrgDescription, form: 'terraform' | 'markdown'): void {
  const text = form === 'terraform' ? terraformOf(description) : markdownOf(description);
  process.stdout.write(text);
}

interface Run {
  readonly api: AdminApi;
  readonly options: Options;
  readonly known: KnownSettings;
  readonly description: OrgDescription;
  readonly secrets: Secrets;
  readonly resources: readonly Resource[];
}

/** Plan, question, changes, settings. */
async function change(run: Run): Promise<void> {
  const { api, options, resources, known } = run;
  const plan = await reconcile(resources, api, {
    apply: false,
    onStep: (step) => console.log(stepText(step)),
  });
  console.log(`\n${summaryText(plan.steps)}`);
  const planned = await settingsFor(run, plan.ids);
  const replaced = replacedSettings(planned, known.env);
  if (replaced.length > 0) {
    console.log(`\n${wrap(`Settings that get a new value: ${replaced.join(', ')}`)}`);
  }
  if (options['dry-run']) {
    console.log('\nNothing was changed. Without --dry-run the command applies this plan.');
    return;
  }
  const isDone = plan.steps.every(({ action }) => isNothing(action));
  if (isDone && isWritten(planned, known.env)) {
    console.log('\nNothing to change: the org and the settings are right.');
    console.log(nextSteps(run.description));
    return;
  }
  const isQuestion = !isDone || replaced.length > 0;
  if (isQuestion && !options.yes && !(await isConfirmed('Change this org and the settings?'))) {
    return;
  }
  const save = (ids: Ids) =>
    writeSettings(settingsToGoOn(run.secrets, ids, known.env), known.place);
  const ids = isDone ? plan.ids : await applyPlan({ api, resources, plan, save });
  write(run, await settingsFor(run, ids));
  console.log(nextSteps(run.description));
}

async function settingsFor({ api, known, description, secrets }: Run, ids: Ids) {
  const issuer = await issuerIn(api, ids);
  return settingsOf({ description, ids, issuer, secrets }, known.env);
}

/** Nothing is done, or can be. */
function isNothing(action: Step['action']): boolean {
  return action === 'keep' || action === 'forbidden';
}

function write({ known }: Run, settings: NewSettings): void {
  const written = writeSettings(settings, known.place);
  console.log(`\n${wrap(`Settings written to ${written.join(', ')}, which only you can read.`)}`);
  for (const [name, value] of Object.entries(settings)) {
    const outside = bareValue(known.shell, name);
    if (outside === '' || outside === value) continue;
    console.error(
      wrap(
        `${name} is also set in the environment, with another value that wins over the file. Unset it.`,
      ),
    );
  }
}

function nextSteps({ eventHook, mails }: OrgDescription): string {
  const hook = ['setup --hook <url>', 'add an event hook, once the API is up'] as const;
  const shop = ['setup --shop <url>', 'link the mails to pages of the shop'] as const;
  const rows = [
    ['start', 'serve the API with these settings'],
    ['doctor', 'check the org, at any time'],
    ...(eventHook === null ? [hook] : []),
    ...(mails?.shopUrl === null ? [shop] : []),
  ];
  return [
    '\nNext',
    ...rows.map(([command = '', what]) => `  okta-account-api ${command.padEnd(20)} ${what}`),
    '',
    wrap(
      'Unset OKTA_ADMIN_TOKEN, which start refuses, and revoke the token (Security > API > Tokens).',
    ),
  ].join('\n');
}
