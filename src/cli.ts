import { existsSync } from 'node:fs';
import process from 'node:process';
import { parseConfig } from './config/parse.ts';
import type { Config, OktaConfig } from './config.ts';
import type { EmbeddedOkta } from './embedded/handle.ts';
import { startEmbeddedOkta } from './embedded/start.ts';
import { listen } from './server/listen.ts';
import { createLogger } from './server/logging.ts';
import { createAccountApi, embeddedOktaConfig } from './wire.ts';

/** EX_CONFIG of sysexits.h: starting again without a change will not help. */
const configurationError = 78;

async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const parsed = parseConfig(process.env);
  if (!parsed.ok) {
    console.error('The configuration has problems:\n');
    for (const { variable, problem, fix } of parsed.problems) {
      console.error(`  ${variable}: ${problem}\n    ${fix}\n`);
    }
    process.exit(configurationError);
  }
  await serve(parsed.config);
}

async function serve(config: Config): Promise<void> {
  if (config.okta !== null) return serveOn({ ...config, okta: config.okta }, null);
  const embedded = await startEmbedded(config);
  const okta = embeddedOktaConfig(embedded, config.embedded.logInFlow);
  return serveOn({ ...config, okta, services: withSeeded(config.services, embedded) }, embedded);
}

async function startEmbedded({ embedded, server }: Config): Promise<EmbeddedOkta> {
  try {
    return await startEmbeddedOkta({
      port: embedded.port,
      snapshotFile: embedded.snapshotFile,
      graphiqlUrl: `http://127.0.0.1:${server.port}/graphql`,
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
  const api = await createAccountApi(config, { log, now: Date.now });
  const listening = await listen(api.app, config.server);
  api.warmUp();
  stopOnSignals(async () => {
    await listening.close();
    await api.close();
    await embedded?.close();
  });
  if (!config.production) announce(config, embedded, listening.url);
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
    const kept = config.embedded.snapshotFile;
    row('Okta', embedded.url, kept === null ? 'embedded org' : `embedded org, kept in ${kept}`);
  }
  row('Log-in flow', config.okta.logInFlow);
  if (embedded !== null) {
    const { email, password } = embedded.seeded.customer;
    console.log();
    row('Customer', `${email} / ${password}`);
    for (const { id, secret } of config.services.clients) {
      row('Backend', `${id} / ${secret}`, 'HTTP Basic');
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
