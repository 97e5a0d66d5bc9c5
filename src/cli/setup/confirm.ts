import process from 'node:process';
import { createInterface } from 'node:readline/promises';

/** EX_USAGE of sysexits.h. */
const usageError = 64;

/** Asks at the terminal; without one it says which options answer the question. */
export async function isConfirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    console.error('\nThere is no terminal to ask at. Add --yes to change the org, or --dry-run.');
    process.exitCode = usageError;
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`\n${question} [y/N] `);
  terminal.close();
  if (/^y(es)?$/i.test(answer.trim())) return true;
  console.log('Nothing was changed.');
  return false;
}
