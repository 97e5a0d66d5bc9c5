import { readFile } from 'node:fs/promises';
import * as z from 'zod';

const packageFile = new URL('../../package.json', import.meta.url);

/** Of this program, as its package.json has it. */
export async function readVersion(): Promise<string> {
  const text = await readFile(packageFile, 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
