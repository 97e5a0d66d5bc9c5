import { readFile } from 'node:fs/promises';
import * as z from 'zod';

const packageFile = new URL('../../package.json', import.meta.url);

/** The version of package.json. */
export async function readVersion(): Promise<string> {
  const text = await readFile(packageFile, 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
