import process from 'node:process';
import { bareValue } from '../../config/settings.ts';
import { type AdminApi, AdminApiError } from '../../org/admin-api.ts';
import { describeOrg, type Engine, type OrgDescription } from '../../org/description.ts';
import { reconcile, type Step } from '../../org/plan.ts';
import { markdownOf } from '../../org/print/markdown.ts';
import { terraformOf } from '../../org/print/terraform.ts';
import type { Ids, Resource } from '../../org/resource.ts';
import { resourcesOf } from '../../org/resources.ts';
import { usageError } from '../command-line/exit-codes.ts';
import { wrap } from '../command-line/wrap.ts';
import { refuse } from '../environment/environment.ts';
import { readAdminAccess } from './admin-access.ts';
import { type ChoiceOptions, readChoices } from './choices.ts';
import { isConfirmed } from './confirm.ts';
import { explain } from './explain.ts';
import { endOnInterruption } from './interruption.ts';
import { type KnownSettings, readKnownSettings } from './known-settings.ts';
import { adminApi, orgText, readOrg } from './org-identity.ts';
import { stepLine, stepText, summaryText } from './plan-text.ts';
import { requireRights } from './rights.ts';
import { knownPrefix, type Secrets, secretsFor, sentToOkta } from './secrets.ts';
import { issuerIn, replacedSettings, settingsOf, settingsToGoOn } from './settings.ts';
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
  const replaced = replacedSettings(await settingsFor(run, plan.ids), known.env);
  if (replaced.length > 0) {
    console.log(`\n${wrap(`Settings that get another value: ${replaced.join(', ')}`)}`);
  }
  if (options['dry-run']) return;
  const isDone = plan.steps.every(({ action }) => isNothing(action));
  const isQuestion = !isDone || replaced.length > 0;
  if (isQuestion && !options.yes && !(await isConfirmed('Change this org and the settings?'))) {
    return;
  }
  const ids = isDone ? plan.ids : await apply(run, plan.ids);
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

/** @param planned ids of what the org has already, which a failure must not take from the settings */
async function apply(run: Run, planned: Ids): Promise<Ids> {
  const { resources, known, secrets } = run;
  const total = resources.length;
  const ids = new Map<string, string>();
  let done = 0;
  let hasChanged = false;
  const keepSecrets = () => {
    const idsSoFar = new Map([...planned, ...ids]);
    writeSettings(settingsToGoOn(secrets, idsSoFar, known.env), known.place);
  };
  const progress = (step: Step) => stepLine(step, `[${String(done).padStart(2)}/${total}] `);
  const sayWhere = () =>
    console.error(
      `\nStopped at step ${done + 1} of ${total}. Run the command again: it goes on from there.`,
    );
  const stopListening = endOnInterruption(() => {
    // Okta may be doing the step of now.
    keepSecrets();
    sayWhere();
  });
  console.log('');
  try {
    await reconcile(resources, run.api, {
      apply: true,
      ids,
      onStep(step) {
        done += 1;
        if (step.action === 'keep') return;
        if (step.action === 'forbidden') return console.log(progress(step));
        // Should this process be killed, the next one has the keys that Okta knows.
        if (!hasChanged) keepSecrets();
        hasChanged = true;
        console.log(progress(step));
      },
    });
    return ids;
  } catch (error) {
    // Okta may have done what it did not answer.
    const isUnknown = error instanceof AdminApiError && error.status === null;
    if (hasChanged || isUnknown) keepSecrets();
    sayWhere();
    throw error;
  } finally {
    stopListening();
  }
}

function write({ known }: Run, settings: NewSettings): void {
  const written = writeSettings(settings, known.place);
  console.log(`\n${wrap(`Settings written to ${written.join(', ')}. Only you may read them.`)}`);
  for (const [name, value] of Object.entries(settings)) {
    const outside = bareValue(known.shell, name);
    if (outside === '' || outside === value) continue;
    console.error(wrap(`${name} is in the environment too, which wins. Unset it.`));
  }
}

function nextSteps({ eventHook, mails }: OrgDescription): string {
  const hook = ['setup --hook <url>', 'event hook, once Okta reaches the API'] as const;
  const shop = ['setup --shop <url>', 'mails that link to pages of the shop'] as const;
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
    'Revoke the admin token now, in Security > API > Tokens.',
  ].join('\n');
}
