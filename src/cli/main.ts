import cluster from 'node:cluster';
import process from 'node:process';
import { workerArgument } from '../cluster/primary.ts';
import { readVersion } from '../wire/version.ts';
import { readArguments } from './command-line/arguments.ts';
import type { Command } from './command-line/command.ts';
import { usageError } from './command-line/exit-codes.ts';
import { commandUsage, programUsage } from './command-line/usage.ts';
import { commands } from './commands.ts';
import { fail } from './process/fail.ts';

async function runCommand(): Promise<void> {
  const asked = readArguments(process.argv.slice(2), commands);
  switch (asked.kind) {
    case 'run':
      return asked.run();
    case 'version':
      console.log(await readVersion());
      return;
    case 'help':
      process.stdout.write(usageOf(asked.command));
      return;
    case 'misuse':
      process.stderr.write(`${asked.problem}\n\n${usageOf(asked.command)}`);
      process.exitCode = usageError;
  }
}

function usageOf(command: Command | null): string {
  return command === null ? programUsage(commands) : commandUsage(command);
}

async function work(): Promise<void> {
  const { serveAsWorker } = await import('./start/workers.ts');
  await serveAsWorker();
}

/** As a worker of another process, or by the command of the arguments; ends the process on a failure. */
export function run(): Promise<void> {
  const isWorker = cluster.isWorker && process.argv[2] === workerArgument;
  return (isWorker ? work() : runCommand()).catch(fail);
}
