import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openEvents, soon } from '../../support/event-stream.ts';
import { describeWithNginx, startNginx } from '../../support/nginx.ts';
import { type Stack, startStack } from '../../support/start.ts';
import { send } from '../tiny.ts';

const page = readFileSync(new URL('../../../docs/events-for-caches.md', import.meta.url), 'utf8');
const [, recipe = ''] = /```nginx\n([\s\S]*?)```/.exec(page) ?? [];
const secret = 'a-secret-of-this-hook';

describeWithNginx('the stream of events behind nginx', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({ secrets: { hookSecrets: [secret] } });
  });
  afterAll(() => stack.close());

  test.each([
    ['with its defaults', 'server { listen 80; location / { proxy_pass http://127.0.0.1:4000; } }'],
    ['as documented', recipe],
  ])('%s passes each event on at once, and compresses nothing', async (_how, config) => {
    expect(config).toContain('127.0.0.1:4000');
    const gzip = 'gzip on; gzip_types *;';
    const nginx = await startNginx(
      gzip + config.replace('127.0.0.1:4000', new URL(stack.url).host),
    );
    onTestFinished(() => nginx.stop());
    const stream = await openEvents(nginx.socketPath, { authorization: stack.basic });
    await soon(() => expect(stream.named('hello')).toHaveLength(1));
    // An unreadable event.
    const deliver = { path: '/hooks/okta', headers: { authorization: secret } };
    await send(stack.url, { ...deliver, body: '{"data":{"events":[{}]}}' });
    await soon(() => expect(stream.named('gap')).toHaveLength(1));
    await soon(() => expect(stream.named('heartbeat')).not.toEqual([]));
    await send(stack.url, { ...deliver, body: '{"data":{"events":[{}]}}' });
    await soon(() => expect(stream.named('gap')).toHaveLength(2));
  });
});
