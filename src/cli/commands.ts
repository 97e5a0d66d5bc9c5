import type { Command } from './command.ts';
import { doctor } from './commands/doctor.ts';
import { okta } from './commands/okta.ts';
import { schema } from './commands/schema.ts';
import { start } from './commands/start.ts';

/** In the order of the help. The first one runs where no command is named. */
export const commands: readonly [Command, ...Command[]] = [start, okta, doctor, schema];
