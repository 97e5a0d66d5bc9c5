import process from 'node:process';

export function fail(error: unknown): never {
  console.error(messageOf(error));
  process.exit(1);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
