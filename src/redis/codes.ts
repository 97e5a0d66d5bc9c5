/**
 * An error of Redis begins with a code (RESP, *Simple errors*), such as OOM or READONLY. Before Redis
 * 7 the code of an error within a script is inside the text, after a hyphen.
 */
const ofReply = /^(?:ERR Error running script .*?-)?([A-Z][A-Z0-9]+)(?: |$)/;
/** ioredis quotes the last of several. */
const quoted = /(?:Last error: |because )(?:ReplyError: |connect )?([A-Z][A-Z0-9]+)\b/;

/** The code in an error of Redis, or in one that ioredis quotes; null where there is none. */
export function redisCodeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const form = error.name === 'ReplyError' ? ofReply : quoted;
  return form.exec(error.message)?.[1] ?? null;
}

/** What is wrong with the way to Redis, by a code that ioredis does not give. */
export class RedisUnavailable extends Error {
  readonly code: string;

  constructor(code: string, cause?: unknown) {
    super('Redis cannot be used.', { cause });
    this.code = code;
  }
}
