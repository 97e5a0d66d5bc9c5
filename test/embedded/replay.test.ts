import { afterAll, describe, expect, test } from 'vitest';
import type { EmbeddedOkta, Seed } from '../../src/embedded/handle.ts';
import { generateRsaKey } from '../../src/embedded/store/keys.ts';
import { startReceiver } from './hook-receiver.ts';
import { isSetAside, unlisted, unused } from './replay/allowed.ts';
import { type Played, play, seedOf } from './replay/play.ts';
import { isServed, readRecordings, recordingsAvailable } from './replay/recordings.ts';
import { differences } from './replay/shapes.ts';
import { startOkta } from './start.ts';

const orgs = new Map<string, EmbeddedOkta>();
const played: Played[] = [];
let presupposed = 0;

test('what real orgs answered to Okta’s own tools is compared with the answers here', ({
  skip,
}) => {
  skip(
    !recordingsAvailable,
    'There are no recordings at ../shared/okta-recorded: nothing is replayed.',
  );
});

describe.skipIf(!recordingsAvailable)('the recordings', () => {
  test('are played in their order, each on an org that is set as theirs was', async () => {
    const { url } = await startReceiver();
    for (const recording of readRecordings()) {
      if (!recording.interactions.some(isServed)) continue;
      const outcome = await play(await orgFor(seedOf(recording)), recording, url);
      played.push(...outcome.played);
      presupposed += outcome.presupposed;
    }
    expect(played.length).toBeGreaterThan(1_000);
  }, 120_000);

  afterAll(() => process.stdout.write(`${summary()}\n`));

  test('get the same status here in 99 of 100 cases', () => {
    expect(shareOfSameStatus()).toBeGreaterThanOrEqual(0.99);
  });

  test('get answers of the same shape, headers and words, but for a short list', () => {
    expect(unlisted(played)).toEqual([]);
  });

  test('need every entry of that list', () => {
    expect(unused(played)).toEqual([]);
  });
});

/** New authorization servers get old keys: the recordings make many, and a key takes long. */
const rsaKeys = Array.from({ length: 4 }, generateRsaKey);
let used = 0;
const keys = {
  generateRsaKey: async () => {
    used += 1;
    return await (rsaKeys[used % rsaKeys.length] ?? generateRsaKey());
  },
};

/** One org for all recordings of one seed, as it was at its start. */
async function orgFor(seed: Seed): Promise<EmbeddedOkta> {
  const key = JSON.stringify(seed);
  const org = orgs.get(key) ?? (await startOkta({ seed, perUsernamePerSecond: 1_000, ...keys }));
  orgs.set(key, org);
  await org.reset();
  return org;
}

test('a shape differs by names and by types, in every place', () => {
  const there = { a: 1, b: [{ c: 'x' }, { d: null }], e: [], f: { g: true } };
  const here = { a: '1', b: [{ c: 'x' }], e: [1], f: {}, h: 1 };
  expect(differences(there, here)).toEqual([
    '/a number > string',
    '- /b/[]/d null',
    '- /f/g boolean',
    '+ /h number',
  ]);
});

const same = () => played.filter(({ interaction, status }) => interaction.status === status).length;

/** Of the answers about what is offered here, without those that newer recordings contradict. */
function shareOfSameStatus(): number {
  return same() / played.filter((each) => !isSetAside(each)).length;
}

function summary(): string {
  const alike = played.filter((each) => each.differences.length === 0).length;
  return [
    `\nrecorded requests played: ${played.length}`,
    `same status: ${same()}, which is ${(100 * shareOfSameStatus()).toFixed(1)} % without ${played.filter(isSetAside).length} that are outdated or about apps that are not offered`,
    `no difference at all: ${alike}`,
    `about things that no recording made, left out: ${presupposed}`,
  ].join('\n');
}
