import process from 'node:process';
import { isDeepStrictEqual } from 'node:util';
import type { Environment } from '../../config/settings.ts';
import type { Secrets } from '../../config.ts';
import type { Log } from '../../logging/log.ts';
import { configurationOf } from './configuration.ts';
import { readSecretFiles, type SecretFiles } from './secret-files.ts';

/**
 * By polling, not by fs.watch: the system reports neither switched symbolic links nor changes on a
 * network file system.
 */
const everyMs = 10_000;

interface Options {
  /** The files that the secrets in use were read from. */
  readonly first: SecretFiles;
  /** As it was at the start. */
  readonly env: Environment;
  /** Called with all secrets when some have changed and all are valid. */
  readonly replace: (secrets: Secrets) => void;
  readonly log: Log;
}

/**
 * Looks at the files of secrets now, since some may have changed during the start, then every ten
 * seconds, and at once on SIGHUP.
 */
export function watchSecrets(options: Options): void {
  const { directory } = options.first;
  const reload = createSecretsReload({ ...options, read: () => readSecretFiles(directory) });
  reload();
  setInterval(reload, everyMs).unref();
  process.on('SIGHUP', reload);
}

/**
 * Compares the files with the secrets in use. A set with an invalid secret is refused as a whole and
 * logged once, by the names of its variables only.
 */
export function createSecretsReload({
  read,
  first,
  env,
  replace,
  log,
}: Options & { readonly read: () => SecretFiles }): () => void {
  let seen = first;
  let used = first;
  return () => {
    const files = read();
    if (isDeepStrictEqual(files, seen)) return;
    seen = files;
    const parsed = configurationOf(env, files);
    if (!parsed.ok) {
      const variables = [...new Set(parsed.problems.map(({ variable }) => variable))];
      log.error(
        { event: 'secrets_rejected', variables },
        'The changed secrets are invalid. The previous ones stay in use.',
      );
      return;
    }
    const variables = changed(used, files);
    used = files;
    replace(parsed.secrets);
    log.info({ event: 'secrets_replaced', variables }, 'The changed secrets are in use.');
    const readAtStart = variables.filter((name) => name.startsWith('REDIS_'));
    if (readAtStart.length > 0) {
      const line = { event: 'restart_needed', variables: readAtStart } as const;
      log.warn(line, 'The settings of Redis have changed. Restart to use them.');
    }
  };
}

function changed({ values: before }: SecretFiles, { values: after }: SecretFiles): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => before[name] !== after[name]).toSorted();
}
