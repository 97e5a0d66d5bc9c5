import { expect, it } from 'vitest';
import { UpstreamUnavailable } from '../../../src/identity/errors.ts';
import { staleWhileRevalidate } from '../../../src/okta/management/stale-while-revalidate.ts';
import { callContext } from '../start.ts';

const hour = 3_600_000;

it('loads again after the clock was set back, be it after a success or a failure', async () => {
  const clock = { now: Date.parse('2026-11-23T10:00:00Z') };
  let loads = 0;
  let failing = true;
  const get = staleWhileRevalidate(
    async () => {
      loads += 1;
      if (failing) throw new UpstreamUnavailable();
      return loads;
    },
    { now: () => clock.now, freshMs: 300_000 },
  );
  const read = () => get(callContext());
  await expect(read()).rejects.toBeInstanceOf(UpstreamUnavailable);
  failing = false;
  await expect(read()).rejects.toBeInstanceOf(UpstreamUnavailable);
  clock.now -= hour;
  expect(await read()).toBe(2);
  clock.now -= hour;
  // The value goes on while another is loaded.
  expect(await read()).toBe(2);
  expect(await read()).toBe(3);
  expect(loads).toBe(3);
});
