import cluster from 'node:cluster';
import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { killAfterMs, workerArgument } from '../cluster/primary.ts';
import type { Environment } from '../config/settings.ts';
import { secretNames } from '../config/variables.ts';
import {
  type Config,
  type ConfigProblem,
  type OktaSettings,
  type Secrets,
  servingConfig,
} from '../config.ts';
import type { EmbeddedOkta } from '../embedded/handle.ts';
import { embeddedOktaConfig } from '../wire/embedded-okta-config.ts';
import { announce } from './announce.ts';
import { readCommand, usage, usageError } from './command.ts';
import { readConfiguration } from './configuration.ts';
import { stopOnCrash } from './crash.ts';
import { loadEnvFile } from './env-file.ts';
import { fail, messageOf } from './fail.ts';
import { fileLimitProblem } from './file-limit.ts';
import { lifeLines } from './life-lines.ts';
import type { SecretFiles } from './secret-files.ts';
import { type StopReason, stopOnSignals } from './signals.ts';
import { ofEmbedded, ofItsOwn, type StandIns, withStandIns } from './stand-ins.ts';
import { watchSecrets } from './watch-secrets.ts';
import { serveAlone, serveAsWorker, serveByWorkers } from './workers.ts';

/** EX_CONFIG of sysexits.h: starting again without a change will not help. */
const configurationError = 78;

async function main(): Promise<void> {
  const asked = readCommand(process.argv.slice(2));
  if (!asked.ok) {
    console.error(`${asked.problem}\n\n${usage}`);
    process.exit(usageError);
  }
  if (asked.command === 'help') {
    console.log(usage);
    return;
  }
  const unreadable = loadEnvFile('.env');
  if (unreadable !== null) refuse([unreadable]);
  const env = { ...process.env };
  const parsed = readConfiguration(env);
  if (!parsed.ok) refuse(parsed.problems);
  // What Node's diagnostic reports show, and processes that this one starts would get.
  for (const name of secretNames) delete process.env[name];
  if (asked.command === 'okta-schema') await pullSchema(parsed);
  else await start({ ...parsed, env });
}

function refuse(problems: readonly ConfigProblem[]): never {
  console.error('The configuration has problems:\n');
  for (const { variable, problem, fix } of problems) {
    console.error(`  ${variable}: ${problem}\n    ${fix.replaceAll('\n', '\n    ')}\n`);
  }
  process.exit(configurationError);
}

interface Read {
  readonly config: Config;
  readonly secrets: Secrets;
}

async function pullSchema({ config, secrets }: Read): Promise<void> {
  if (config.okta === null || secrets.okta === null) {
    throw new Error('There is no Okta org to ask: set the OKTA_* variables.');
  }
  const serving = withStandIns(secrets, ofItsOwn(secrets.okta));
  const { okta } = servingConfig({ ...config, okta: config.okta }, () => serving);
  const { pullProfileSchema } = await import('./pull-profile-schema.ts');
  const file = new URL('../../schema/profile.json', import.meta.url);
  for (const line of await pullProfileSchema(okta, file)) console.log(line);
}

interface Started extends Read {
  /** Null: all secrets are in the environment. */
  readonly files: SecretFiles | null;
  /** As it was at the start. */
  readonly env: Environment;
}

async function start({ config, secrets, ...read }: Started): Promise<void> {
  if (config.okta !== null && secrets.okta !== null) {
    const standIns = ofItsOwn(secrets.okta);
    return serveOn({ config: { ...config, okta: config.okta }, secrets, ...read }, { standIns });
  }
  const embedded = await startEmbedded(config);
  const okta = embeddedOktaConfig(embedded, config.embedded.logInFlow);
  const standIns = ofEmbedded(embedded);
  return serveOn({ config: { ...config, okta }, secrets, ...read }, { standIns, embedded });
}

const optionalNames = { firstName: { required: false }, lastName: { required: false } };

async function startEmbedded(config: Config): Promise<EmbeddedOkta> {
  const { embedded, exposeDevelopment, server } = config;
  // Loaded by the process that runs it, and by no worker.
  const { startEmbeddedOkta } = await import('../embedded/start.ts');
  try {
    return await startEmbeddedOkta({
      port: embedded.port,
      snapshotFile: embedded.snapshotFile,
      ...(embedded.names === 'optional' && { seed: { baseAttributes: optionalNames } }),
      onSaving: (failure) => console.error(savingOf(failure, embedded.snapshotFile)),
      ...(exposeDevelopment && { host: server.host }),
    });
  } catch (error) {
    const hint = 'EMBEDDED_OKTA_PORT and EMBEDDED_OKTA_FILE choose its port and file.';
    throw new Error(`The embedded org cannot start. ${messageOf(error)} ${hint}`);
  }
}

function savingOf(failure: string | null, file: string | null): string {
  return failure === null
    ? `The embedded org saves to ${file} again.`
    : `The embedded org cannot save to ${file} (${failure}): what changes now is lost when it ends.`;
}

async function serveOn(
  {
    config,
    secrets,
    env,
    files,
  }: Started & { readonly config: Config & { readonly okta: OktaSettings } },
  { standIns, embedded }: { readonly standIns: StandIns; readonly embedded?: EmbeddedOkta },
): Promise<void> {
  const seeded = embedded?.seeded ?? null;
  const first = withStandIns(secrets, standIns);
  const hashingKey = first.sealingKeys[0];
  const boot = { config, secrets: first, hashingKey, programId: randomUUID(), seeded };
  const serving = config.workers === 1 ? await serveAlone(boot) : await serveByWorkers(boot);
  if (files !== null) {
    watchSecrets({
      first: files,
      env,
      replace: (changed) => serving.replaceSecrets(withStandIns(changed, standIns)),
      log: serving.log,
    });
  }
  const lines = config.production ? lifeLines(boot, serving) : null;
  const stop = async (reason: StopReason | 'CRASH') => {
    const stopped = lines?.stopping(reason);
    await serving.stop();
    await embedded?.close();
    stopped?.();
  };
  stopOnSignals(stop);
  // The primary of workers waits for longer than they do.
  const drainMs = config.server.drainMs + (config.workers === 1 ? 0 : killAfterMs);
  stopOnCrash({ log: serving.log, stop: () => stop('CRASH'), drainMs });
  const [secret] = boot.secrets.hookSecrets;
  if (secret !== undefined) {
    await embedded?.hooks.register({ url: `${serving.url}/hooks/okta`, secret });
  }
  await serving.warm;
  if (lines !== null) {
    await lines.started();
    const fileLimit = await fileLimitProblem(config.server.connections.max);
    if (fileLimit !== null) {
      serving.log.warn(
        { event: 'file_limit_low', ...fileLimit },
        'MAX_CONNECTIONS needs more open files than the limit allows (ulimit -n).',
      );
    }
    return;
  }
  embedded?.linkGraphiql(`${serving.url}/graphql`);
  announce(boot, embedded ?? null, serving.url);
}

/** As a worker of another process, or by the command of the arguments; ends the process on a failure. */
export function run(): Promise<void> {
  const isWorker = cluster.isWorker && process.argv[2] === workerArgument;
  return (isWorker ? serveAsWorker() : main()).catch(fail);
}
