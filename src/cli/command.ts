import { parseArgs } from 'node:util';

export type Command = 'serve' | 'okta-schema' | 'help';

/** EX_USAGE of sysexits.h. */
export const usageError = 64;

export const usage = `Usage: node dist/cli.js [command]

  (no command)   Serve the account API.
  okta-schema    Read the profile attributes of the Okta org into schema/profile.json.

  -h, --help     Print this text.

Everything else is set by environment variables or in .env: see .env.example.`;

/** @returns what is wrong with the arguments, where they name no command */
export function readCommand(
  args: readonly string[],
):
  | { readonly ok: true; readonly command: Command }
  | { readonly ok: false; readonly problem: string } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
    if (values.help === true) return { ok: true, command: 'help' };
    const [name, ...more] = positionals;
    if (name === undefined) return { ok: true, command: 'serve' };
    if (name !== 'okta-schema') return { ok: false, problem: `Unknown command: ${name}` };
    if (more.length > 0) return { ok: false, problem: `Unexpected argument: ${more[0]}` };
    return { ok: true, command: name };
  } catch (error) {
    return {
      ok: false,
      problem: error instanceof Error ? firstSentence(error.message) : String(error),
    };
  }
}

/** Node goes on about arguments that begin with a hyphen, which no command takes. */
function firstSentence(message: string): string {
  return message.replace(/\. .*/s, '.');
}
