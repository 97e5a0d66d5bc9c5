import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { build, cli } from '../../support/built.ts';
import { spawnApi } from '../../support/program.ts';

beforeAll(build, 60_000);

/** Fails from a timer once the API has said that it serves; a second time while it ends. */
const fault = (how: string) => `
  const write = process.stdout.write.bind(process.stdout);
  let served = false;
  process.stdout.write = (text, ...rest) => {
    if (!served && String(text).includes('GraphiQL')) {
      served = true;
      setTimeout(() => { ${how} }, 300);
      setTimeout(() => { ${how} }, 320);
    }
    return write(text, ...rest);
  };`;

test.each([['a rejection', 'Promise.reject(new TypeError("can" + "ary"))', 'unhandledRejection']])(
  '%s without a handler is one line in the log, and ends the process when what it had begun is answered',
  async (_name, how, origin) => {
    const api = spawnApi({
      args: ['--import', `data:text/javascript,${encodeURIComponent(fault(how))}`, cli],
      env: {
        PORT: '0',
        EMBEDDED_OKTA_PORT: '0',
        EMBEDDED_OKTA_FILE: '',
        ANSWER_FLOOR_MS: '1200',
      },
    });
    const url = await api.url();
    const query =
      'mutation { requestPasswordReset(input: {email: "a@example.com"}) { __typename } }';
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ query });
    const answer = await fetch(url, { method: 'POST', headers, body });
    expect(await answer.json()).toEqual({
      data: { requestPasswordReset: { __typename: 'RequestPasswordResetSuccess' } },
    });
    expect(await api.exit).toBe(1);
    const lines = api
      .output()
      .split('\n')
      .filter((line) => line.includes('"level":"fatal"'));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ error: { name: 'TypeError' }, origin });
    expect(api.output()).not.toContain('canary');
  },
);

test('one that cannot be ended in time ends nevertheless', async () => {
  const crash = new URL('./cli/crash.js', pathToFileURL(cli));
  const script = `
    import { stopOnCrash } from '${crash}';
    const stop = () => new Promise(() => undefined);
    stopOnCrash({ log: { fatal() {} }, stop, drainMs: 0 });
    setInterval(() => undefined, 1_000);
    setTimeout(() => { throw new Error('canary'); });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
  expect(await once(child, 'exit')).toEqual([1, null]);
});
