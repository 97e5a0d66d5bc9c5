import process from 'node:process';
import { createInterface } from 'node:readline';
import { usageError } from '../command-line/exit-codes.ts';

/** Asks at the terminal; without one it says which options answer the question. */
export async function isConfirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    console.error('\nThere is no terminal to ask at. Add --yes to change the org, or --dry-run.');
    process.exitCode = usageError;
    return false;
  }
  const answer = await ask(`\n${question} [y/N] `);
  if (/^y(es)?$/i.test(answer.trim())) return true;
  console.log('Nothing was changed.');
  // What a script would run next, such as `start`, needs the change.
  process.exitCode = 1;
  return false;
}

/** @returns an empty text where Ctrl+C or Ctrl+D ends the question */
function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  return new Promise((resolve) => {
    terminal.on('close', () => resolve(''));
    terminal.question(question, (answer) => {
      resolve(answer);
      terminal.close();
    });
  });
}
