import { existsSync } from 'node:fs';
import process from 'node:process';
import { parseConfig } from './config/parse.ts';
import type { Config, ServiceClient } from './config.ts';
import type { EmbeddedOkta } from './embedded/handle.ts';
import { startEmbeddedOkta } from './embedded/start.ts';
import { type Listening, listen } from './server/listen.ts';
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
  const embedded = config.okta === null ? await startEmbedded(config) : null;
  const okta = config.okta ?? (embedded && embeddedOktaConfig(embedded, config.embedded.logInFlow));
  if (okta === null) throw new Error('Neither a real nor an embedded org.');
  const services = embedded === null ? config.services : withSeeded(config.services, embedded);
  const log = createLogger(config.server.logLevel);
  const api = await createAccountApi({ ...config, okta, services }, { log, now: Date.now });
  const listening = await listen(api.app, config.server);

  stopOnSignals(async () => {
    await listening.close();
    await api.close();
    await embedded?.close();
  });
  announce(config, { okta, embedded, listening, backend: services.clients[0] ?? null });
}

async function startEmbedded({ embedded, server }: Config): Promise<EmbeddedOkta> {
  return startEmbeddedOkta({
    port: embedded.port,
    snapshotFile: embedded.snapshotFile,
    graphiqlUrl: `http://127.0.0.1:${server.port}/graphql`,
  });
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
      stop().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
  }
}

interface Started {
  readonly okta: { readonly issuer: string; readonly logInFlow: string };
  readonly embedded: EmbeddedOkta | null;
  readonly listening: Listening;
  readonly backend: ServiceClient | null;
}

/** For a person at a laptop; a production log holds JSON only. */
function announce(config: Config, { okta, embedded, listening, backend }: Started): void {
  if (config.production) return;
  console.log('\nokta-account-api is running.\n');
  row('GraphiQL', `${listening.url}/graphql`);
  if (embedded === null) row('Okta', okta.issuer);
  else {
    row('Outbox', `${embedded.url}/outbox`, 'mails that Okta would send');
    const kept = config.embedded.snapshotFile;
    row('Okta', embedded.url, kept === null ? 'embedded org' : `embedded org, kept in ${kept}`);
  }
  row('Log-in flow', okta.logInFlow);
  if (embedded === null) return void console.log();
  const { email, password } = embedded.seeded.customer;
  console.log();
  row('Customer', `${email} / ${password}`);
  if (backend !== null) row('Backend', `${backend.id} / ${backend.secret}`, 'HTTP Basic');
  console.log();
}

function row(name: string, value: string, note = ''): void {
  console.log(`  ${name.padEnd(12)} ${value.padEnd(36)} ${note}`.trimEnd());
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
