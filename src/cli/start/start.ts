import { randomUUID } from 'node:crypto';
import { killAfterMs } from '../../cluster/primary.ts';
import type { Config, OktaSettings } from '../../config.ts';
import type { EmbeddedOkta } from '../../embedded/handle.ts';
import type { ProfileSchema } from '../../identity/profile-schema.ts';
import type { Log } from '../../logging/log.ts';
import { embeddedOktaConfig } from '../../wire/embedded-okta-config.ts';
import {
  type DefaultSecrets,
  defaultSecrets,
  embeddedSecrets,
  withDefaults,
} from '../environment/default-secrets.ts';
import { type Configured, configure } from '../environment/environment.ts';
import { readProfile } from '../environment/profile-file.ts';
import { watchSecrets } from '../environment/watch-secrets.ts';
import { startOrg } from '../okta/start-org.ts';
import { stopOnCrash } from '../process/crash.ts';
import { fileLimitProblem } from '../process/file-limit.ts';
import { type LifecycleLog, lifecycleLog } from '../process/lifecycle-log.ts';
import { type StopReason, stopOnSignals } from '../process/signals.ts';
import { printBanner } from './banner.ts';
import { type Serving, serveAlone, serveByWorkers } from './workers.ts';

/** Serves the account API until a signal or a crash. */
export async function startApi(): Promise<void> {
  const { config, secrets, ...rest } = configure();
  const profile = readProfile(config.server.profileFile);
  const read = { ...rest, profile };
  if (config.okta !== null && secrets.okta !== null) {
    const configured = { ...config, okta: config.okta };
    const defaults = defaultSecrets(secrets.okta);
    return serveOn({ config: configured, secrets, ...read }, { defaults });
  }
  const embedded = await startEmbedded(config, profile);
  const okta = embeddedOktaConfig(embedded, config.embedded.logInFlow);
  const defaults = embeddedSecrets(embedded);
  return serveOn({ config: { ...config, okta }, secrets, ...read }, { defaults, embedded });
}

async function startEmbedded(
  { embedded, exposeDevelopment, server }: Config,
  profile: ProfileSchema,
): Promise<EmbeddedOkta> {
  const { customAttributesOf } = await import('../okta/profile-seed.ts');
  const { port, snapshotFile, names } = embedded;
  return startOrg(
    { port, snapshotFile, names, host: exposeDevelopment ? server.host : '127.0.0.1' },
    {
      hint: 'EMBEDDED_OKTA_PORT and EMBEDDED_OKTA_FILE choose its port and file.',
      seed: { customAttributes: customAttributesOf(profile) },
    },
  );
}

interface Started extends Configured {
  readonly profile: ProfileSchema;
}

async function serveOn(
  {
    config,
    secrets,
    env,
    files,
    profile,
  }: Started & { readonly config: Config & { readonly okta: OktaSettings } },
  { defaults, embedded }: { readonly defaults: DefaultSecrets; readonly embedded?: EmbeddedOkta },
): Promise<void> {
  const seeded = embedded?.seeded ?? null;
  const first = withDefaults(secrets, defaults);
  const hashingKey = first.sealingKeys[0];
  const boot = { config, secrets: first, hashingKey, programId: randomUUID(), seeded, profile };
  const serving = config.workers === 1 ? await serveAlone(boot) : await serveByWorkers(boot);
  if (files !== null) {
    watchSecrets({
      first: files,
      env,
      replace: (changed) => serving.replaceSecrets(withDefaults(changed, defaults)),
      log: serving.log,
    });
  }
  const lifecycle = config.production ? lifecycleLog(boot, serving) : null;
  stopGracefully(config, { serving, embedded: embedded ?? null, lifecycle });
  const [secret] = boot.secrets.hookSecrets;
  if (secret !== undefined) {
    await embedded?.hooks.register({ url: `${serving.url}/hooks/okta`, secret });
  }
  await serving.warm;
  if (lifecycle !== null) {
    await lifecycle.started();
    await warnOfFileLimit(config.server.connections.max, serving.log);
    return;
  }
  embedded?.linkGraphiql(`${serving.url}/graphql`);
  printBanner(boot, embedded ?? null, serving.url);
}

interface Running {
  readonly serving: Serving;
  readonly embedded: EmbeddedOkta | null;
  readonly lifecycle: LifecycleLog | null;
}

/** Stops on a signal or a crash: first the API, then the embedded org that it calls. */
function stopGracefully(
  { workers, server }: Pick<Config, 'workers' | 'server'>,
  { serving, embedded, lifecycle }: Running,
): void {
  const stop = async (reason: StopReason | 'CRASH') => {
    const stopped = lifecycle?.stopping(reason);
    await serving.stop();
    await embedded?.close();
    stopped?.();
  };
  stopOnSignals(stop);
  // The primary of workers waits for longer than they do.
  const drainMs = server.drainMs + (workers === 1 ? 0 : killAfterMs);
  stopOnCrash({ log: serving.log, stop: () => stop('CRASH'), drainMs });
}

async function warnOfFileLimit(connections: number, log: Log): Promise<void> {
  const problem = await fileLimitProblem(connections);
  if (problem === null) return;
  log.warn(
    { event: 'file_limit_low', ...problem },
    'MAX_CONNECTIONS needs more open files than the limit allows (ulimit -n).',
  );
}
