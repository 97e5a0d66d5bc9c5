import process from 'node:process';
import { fileLimitAdvice } from '../../http/file-limit.ts';

export function fail(error: unknown): never {
  console.error(messageOf(error));
  process.exit(1);
}

export function messageOf(error: unknown): string {
  return fileLimitAdvice(error) ?? (error instanceof Error ? error.message : String(error));
}
