import { parseEmbedded } from '../../config/embedded.ts';
import type { EmbeddedOktaOptions, Exchange } from '../../embedded/handle.ts';
import { readEnvironment, refuse, refuseWith } from '../environment/environment.ts';
import { stopOnSignals } from '../process/signals.ts';
import { maskPath } from './mask-path.ts';
import { readSeed, SeedError } from './seed-file.ts';
import type { OrgSeed } from './seed-schema.ts';
import { describeOrg } from './seeded.ts';
import { startOrg } from './start-org.ts';

/** What the options of `okta` say; null: not given. */
export interface OktaOptions {
  readonly port: number | null;
  readonly file: string | null;
  readonly seed: string | null;
  readonly engine: EmbeddedOktaOptions['engine'] | null;
  readonly empty: boolean;
  readonly 'log-requests': boolean;
}

/** Runs the embedded org alone, until a signal. */
export async function runOkta(options: OktaOptions): Promise<void> {
  const parsed = parseEmbedded({
    ...readEnvironment(),
    ...(options.port !== null && { EMBEDDED_OKTA_PORT: `${options.port}` }),
    ...(options.file !== null && { EMBEDDED_OKTA_FILE: options.file }),
  });
  if (!parsed.ok) refuse(parsed.problems);
  const seed = await seedOf(options.seed);
  const okta = await startOrg(parsed.org, {
    seed,
    hint: '--port and --file choose its port and file.',
    empty: options.empty,
    ...(options.engine && { engine: options.engine }),
    ...(options['log-requests'] && { observe: printRequest }),
  });
  stopOnSignals(() => okta.close());
  const of = { seed, file: parsed.org.snapshotFile, empty: options.empty };
  for (const line of describeOrg(okta, of)) console.log(line);
}

async function seedOf(file: string | null): Promise<OrgSeed> {
  if (file === null) return {};
  try {
    return await readSeed(file);
  } catch (error) {
    if (error instanceof SeedError) refuseWith(error.message);
    throw error;
  }
}

function printRequest({ method, path, status }: Exchange): void {
  console.log(`${method} ${maskPath(path)} ${status}`);
}
