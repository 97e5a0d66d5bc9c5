import { randomUUID } from 'node:crypto';
import { killAfterMs } from '../../cluster/primary.ts';
import type { Config, OktaSettings } from '../../config.ts';
import type { EmbeddedOkta } from '../../embedded/handle.ts';
import type { ProfileSchema } from '../../identity/profile-schema.ts';
import { embeddedOktaConfig } from '../../wire/embedded-okta-config.ts';
import {
  ofEmbedded,
  ofItsOwn,
  type StandIns,
  withStandIns,
} from '../environment/default-secrets.ts';
import { type Configured, configure } from '../environment/environment.ts';
import { readProfile } from '../environment/profile-file.ts';
import { watchSecrets } from '../environment/watch-secrets.ts';
import { startOrg } from '../okta/start-org.ts';
import { stopOnCrash } from '../process/crash.ts';
import { fileLimitProblem } from '../process/file-limit.ts';
import { lifeLines } from '../process/life-lines.ts';
import { type StopReason, stopOnSignals } from '../process/signals.ts';
import { announce } from './announce.ts';
import { serveAlone, serveByWorkers } from './workers.ts';

/** Serves the account API until a signal or a crash. */
export async function startApi(): Promise<void> {
  const { config, secrets, ...rest } = configure();
  const profile = readProfile(config.server.profileFile);
  const read = { ...rest, profile };
  if (config.okta !== null && secrets.okta !== null) {
    const standIns = ofItsOwn(secrets.okta);
    return serveOn({ config: { ...config, okta: config.okta }, secrets, ...read }, { standIns });
  }
  const embedded = await startEmbedded(config, profile);
  const okta = embeddedOktaConfig(embedded, config.embedded.logInFlow);
  const standIns = ofEmbedded(embedded);
  return serveOn({ config: { ...config, okta }, secrets, ...read }, { standIns, embedded });
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
  { standIns, embedded }: { readonly standIns: StandIns; readonly embedded?: EmbeddedOkta },
): Promise<void> {
  const seeded = embedded?.seeded ?? null;
  const first = withStandIns(secrets, standIns);
  const hashingKey = first.sealingKeys[0];
  const boot = { config, secrets: first, hashingKey, programId: randomUUID(), seeded, profile };
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
