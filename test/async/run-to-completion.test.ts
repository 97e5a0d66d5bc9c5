import { expect, test, vi } from 'vitest';
import { createRunToCompletion } from '../../src/async/run-to-completion.ts';
import type { CallContext } from '../../src/identity/model.ts';

const contextOf = (signal: AbortSignal): CallContext => ({
  requestId: 'request',
  signal,
  shopper: null,
});

/** Detached work that goes on until it is released. */
function startWork() {
  const stopped = new AbortController();
  const { runToCompletion, settled } = createRunToCompletion();
  let finish: (result: string) => void = () => undefined;
  const work = vi.fn(
    (_alone: CallContext) =>
      new Promise<string>((resolve) => {
        finish = resolve;
      }),
  );
  const waiting = runToCompletion(contextOf(stopped.signal), work);
  return {
    runToCompletion,
    settled,
    work,
    waiting,
    stopped,
    finish: (result: string) => finish(result),
  };
}

test('a caller who waits gets what the work gives', async () => {
  const { waiting, finish } = startWork();
  finish('done');
  expect(await waiting).toBe('done');
});

test('a caller whose signal fires waits no longer, and the work goes on without hearing of it', async () => {
  const { waiting, work, stopped, settled, finish } = startWork();
  const reason = new Error('gone');
  stopped.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  const ownContext = work.mock.calls[0]?.[0];
  expect(ownContext).toMatchObject({ requestId: 'request', shopper: null });
  expect(ownContext?.signal.aborted).toBe(false);

  let ended = false;
  const end = settled().then(() => {
    ended = true;
  });
  await new Promise(setImmediate);
  expect(ended).toBe(false);
  finish('done');
  await end;
});

test('nothing is begun for a caller who has gone', async () => {
  const reason = new Error('gone');
  const work = vi.fn(async () => 'done');
  const { runToCompletion } = createRunToCompletion();
  await expect(runToCompletion(contextOf(AbortSignal.abort(reason)), work)).rejects.toBe(reason);
  expect(work).not.toHaveBeenCalled();
});

test('it is settled when work that began meanwhile has ended too, though it fails', async () => {
  const { runToCompletion, settled, waiting, finish } = startWork();
  const failure = new Error('failed');
  const end = settled();
  let fail: (reason: Error) => void = () => undefined;
  const later = runToCompletion(
    contextOf(new AbortController().signal),
    () =>
      new Promise((_resolve, reject) => {
        fail = reject;
      }),
  );
  const failed = expect(later).rejects.toBe(failure);
  const ended = vi.fn();
  const over = end.then(ended);
  finish('done');
  await waiting;
  await new Promise(setImmediate);
  expect(ended).not.toHaveBeenCalled();
  fail(failure);
  await failed;
  await over;
});
