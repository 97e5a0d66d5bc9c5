import process from 'node:process';
import { loadEnvFile } from './cli/env-file.ts';
import { pullProfileSchema } from './cli/pull-profile-schema.ts';
import { parseConfig } from './config/parse.ts';
import type { Config, ConfigProblem, OktaConfig } from './config.ts';
import type { EmbeddedOkta } from './embedded/handle.ts';
import { startEmbeddedOkta } from './embedded/start.ts';
import { listen } from './server/listen.ts';
import { createLogger } from './server/logging.ts';
import { createAccountApi, embeddedOktaConfig } from './wire.ts';

/** EX_CONFIG of sysexits.h: starting again without a change will not help. */
const configurationError = 78;

async function main(): Promise<void> {
  const unreadable = loadEnvFile('.env');
  if (unreadable !== null) refuse([unreadable]);
  const parsed = parseConfig(process.env);
  if (!parsed.ok) refuse(parsed.problems);
  if (process.argv[2] === 'okta-schema') await pullSchema(parsed.config);
  else await serve(parsed.config);
}

function refuse(problems: readonly ConfigProblem[]): never {
  console.error('The configuration has problems:\n');
  for (const { variable, problem, fix } of problems) {
    console.error(`  ${variable}: ${problem}\n    ${fix}\n`);
  }
  process.exit(configurationError);
}

async function pullSchema({ okta }: Config): Promise<void> {
  if (okta === null) throw new Error('There is no Okta org to ask: set the OKTA_* variables.');
  const file = new URL('../schema/profile.json', import.meta.url);
  for (const line of await pullProfileSchema(okta, file)) console.log(line);
}

async function serve(config: Config): Promise<void> {
  if (config.okta !== null) return serveOn({ ...config, okta: config.okta }, null);
  const embedded = await startEmbedded(config);
  const okta = embeddedOktaConfig(embedded, config.embedded.logInFlow);
  return serveOn({ ...config, okta, services: withSeeded(config.services, embedded) }, embedded);
}

async function startEmbedded({ embedded }: Config): Promise<EmbeddedOkta> {
  try {
    return await startEmbeddedOkta({
      port: embedded.port,
      snapshotFile: embedded.snapshotFile,
    });
  } catch (error) {
    const hint = 'EMBEDDED_OKTA_PORT and EMBEDDED_OKTA_FILE choose its port and file.';
    throw new Error(`The embedded org cannot start. ${messageOf(error)} ${hint}`);
  }
}

async function serveOn(
  config: Config & { readonly okta: OktaConfig },
  embedded: EmbeddedOkta | null,
): Promise<void> {
  const log = createLogger(config.server.logLevel);
  const seeded = embedded?.seeded ?? null;
  const api = await createAccountApi(config, { log, seeded, now: Date.now });
  const listening = await listen(api.app, config.server);
  stopOnSignals(async () => {
    await listening.close();
    await api.close();
    await embedded?.close();
  });
  await api.warmUp();
  if (config.production) return;
  embedded?.linkGraphiql(`${listening.url}/graphql`);
  announce(config, embedded, listening.url);
}

/** So that the tabs of a backend work with nothing configured. */
function withSeeded(services: Config['services'], { seeded }: EmbeddedOkta): Config['services'] {
  if (services.clients.length > 0) return services;
  const { clientId, clientSecret } = seeded.serviceClient;
  return { ...services, clients: [{ id: clientId, secret: clientSecret }] };
}

/** Twice the signal: no more patience. */
function stopOnSignals(stop: () => Promise<void>): void {
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      stop().then(() => process.exit(0), fail);
    });
  }
}

/** For a person at a laptop; a production log holds JSON only. */
function announce(
  config: Config & { readonly okta: OktaConfig },
  embedded: EmbeddedOkta | null,
  url: string,
): void {
  console.log('\nokta-account-api is running.\n');
  row('GraphiQL', `${url}/graphql`);
  if (embedded === null) row('Okta', config.okta.issuer);
  else {
    row('Outbox', `${embedded.url}/outbox`, 'mails that Okta would send');
    row('Push', `${embedded.url}/push`, 'pushes to approve or deny');
    const kept = config.embedded.snapshotFile;
    row('Okta', embedded.url, kept === null ? 'embedded org' : `embedded org, kept in ${kept}`);
  }
  row('Log-in flow', config.okta.logInFlow);
  if (embedded !== null) {
    const { customer, serviceClient } = embedded.seeded;
    console.log();
    row('Customer', `${customer.email} / ${customer.password}`);
    // Whoever has configured others knows their secrets, and a terminal is no place for them.
    for (const { id } of config.services.clients) {
      const isSeeded = id === serviceClient.clientId;
      row('Backend', isSeeded ? `${id} / ${serviceClient.clientSecret}` : id, 'HTTP Basic');
    }
  }
  console.log();
}

function row(name: string, value: string, note = ''): void {
  console.log(`  ${name.padEnd(12)} ${value.padEnd(36)} ${note}`.trimEnd());
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function fail(error: unknown): never {
  console.error(messageOf(error));
  process.exit(1);
}

main().catch(fail);
