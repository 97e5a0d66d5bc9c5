import type { Boot } from '../../cluster/messages.ts';
import type { EmbeddedOkta } from '../../embedded/handle.ts';

/** Prints the addresses and log-ins of a development start. In production the log holds JSON only. */
export function printBanner(
  { config, secrets }: Boot,
  embedded: EmbeddedOkta | null,
  url: string,
): void {
  console.log('\nokta-account-api is running.\n');
  const { workers } = config;
  row('GraphiQL', `${url}/graphql`, workers > 1 ? `served by ${workers} workers` : '');
  if (embedded === null) row('Okta', config.okta.issuer);
  else {
    row('Outbox', `${embedded.url}/outbox`, 'mails that Okta would send');
    row('Push', `${embedded.url}/push`, 'pushes to approve or deny');
    const file = config.embedded.snapshotFile;
    row('Okta', embedded.url, file === null ? 'embedded org' : `embedded org, saved in ${file}`);
  }
  row('Log-in flow', config.okta.logInFlow);
  if (embedded !== null && config.embedded.names === 'optional') {
    row(
      'Names',
      'optional in sign-up',
      'a new Okta org requires them: EMBEDDED_OKTA_NAMES=required',
    );
  }
  if (embedded !== null) {
    const { customer, serviceClient } = embedded.seeded;
    console.log();
    row('Customer', `${customer.email} / ${customer.password}`);
    // Only the seeded secret is shown. Configured secrets do not belong on a terminal.
    for (const { id } of secrets.serviceClients) {
      const isSeeded = id === serviceClient.clientId;
      row('Backend', isSeeded ? `${id} / ${serviceClient.clientSecret}` : id, 'HTTP Basic');
    }
  }
  console.log();
}

function row(name: string, value: string, note = ''): void {
  console.log(`  ${name.padEnd(12)} ${value.padEnd(36)} ${note}`.trimEnd());
}
