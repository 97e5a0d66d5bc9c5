import type { Command } from './command-line/command.ts';
import { doctor } from './commands/doctor.ts';
import { okta } from './commands/okta.ts';
import { schema } from './commands/schema.ts';
import { setup } from './commands/setup.ts';
import { start } from './commands/start.ts';

/** The first one runs where the arguments name none. */
export const commands: readonly [Command, ...Command[]] = [start, okta, setup, doctor, schema];
