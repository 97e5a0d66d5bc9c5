const ends: (() => Promise<void>)[] = [];

/** At the end of every test file from this one on: a hook of a shared module is one file's alone. */
export function atFileEnds(end: () => Promise<void>): void {
  ends.push(end);
}

export async function endFile(): Promise<void> {
  for (const end of ends) await end();
}
