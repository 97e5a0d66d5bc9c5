import type { Config } from '../../config.ts';
import type { EmbeddedOkta, EmbeddedOktaOptions } from '../../embedded/handle.ts';
import { messageOf } from '../process/fail.ts';

const optionalNames = { firstName: { required: false }, lastName: { required: false } };

interface OrgSettings extends Pick<Config['embedded'], 'port' | 'snapshotFile' | 'names'> {
  readonly host: string;
}

interface Extras extends Pick<EmbeddedOktaOptions, 'seed' | 'empty' | 'engine' | 'observe'> {
  /** How to choose another port and file. */
  readonly hint: string;
}

/** Starts an embedded org. @throws with a text for a person where it cannot start */
export async function startOrg(
  { names, ...settings }: OrgSettings,
  { hint, seed, ...extras }: Extras,
): Promise<EmbeddedOkta> {
  const { snapshotFile } = settings;
  const baseAttributes = names === 'optional' ? optionalNames : {};
  // Loaded by the process that runs it, and by no worker.
  const { startEmbeddedOkta } = await import('../../embedded/start.ts');
  try {
    return await startEmbeddedOkta({
      ...settings,
      ...extras,
      seed: { ...seed, baseAttributes },
      onSaving: (failure) => console.error(savingOf(failure, snapshotFile)),
    });
  } catch (error) {
    throw new Error(`The embedded org cannot start. ${messageOf(error)} ${hint}`);
  }
}

function savingOf(failure: string | null, file: string | null): string {
  return failure === null
    ? `The embedded org saves to ${file} again.`
    : `The embedded org cannot save to ${file} (${failure}): what changes now is lost when it ends.`;
}
